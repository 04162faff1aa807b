import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startInvocation } from "../src/index.ts";
import { ARN, lambdaContext, recorder } from "./harness.ts";

const { tracer, take } = recorder();

function attributesOf(context?: object) {
  startInvocation({}, context, { tracer }).end({ result: 1 });
  return take()[0]!.attributes;
}
const isCold = () => attributesOf()["faas.coldstart"];

beforeEach(() => {
  Reflect.deleteProperty(globalThis, Symbol.for("@throughline/environment"));
  vi.spyOn(process, "uptime").mockReturnValue(0.3);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("faas.coldstart", () => {
  test("is true once in a process", () => {
    expect([isCold(), isCold(), isCold()]).toEqual([true, false, false]);
  });

  test.each([
    ["on-demand", true],
    ["provisioned-concurrency", false],
    ["lambda-managed-instances", false],
    ["snap-start", false],
  ])("initialization type %s: %s", (type, expected) => {
    vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", type);
    expect(isCold()).toBe(expected);
    vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", undefined);
    expect(isCold()).toBe(false);
  });

  test("is false when the environment was ready long before", () => {
    vi.spyOn(process, "uptime").mockReturnValue(11);
    expect(isCold()).toBe(false);
  });

  test("is true once for all copies of the package", async () => {
    expect(isCold()).toBe(true);
    vi.resetModules();
    const copy: typeof import("../src/index.ts") = await import("../src/index.ts");
    expect(copy.startInvocation).not.toBe(startInvocation);
    copy.startInvocation({}, undefined, { tracer }).end({ result: 1 });
    expect(take()[0]!.attributes["faas.coldstart"]).toBe(false);
  });
});

describe("the function's identity", () => {
  test.each([
    ["an unqualified ARN", ARN, "7", ARN],
    ["an alias", `${ARN}:live`, "7", `${ARN}:7`],
    ["a version", `${ARN}:7`, "7", `${ARN}:7`],
    ["the latest version", `${ARN}:$LATEST`, "$LATEST", `${ARN}:$LATEST`],
    ["an alias of a version that is not known", `${ARN}:live`, undefined, `${ARN}:live`],
  ])("%s", (_, invokedFunctionArn, functionVersion, resourceId) => {
    expect(attributesOf(lambdaContext({ invokedFunctionArn, functionVersion }))).toMatchObject({
      "faas.invocation.id": "8f507cfc-xmpl-4697-b07a-ac58fc914c95",
      "aws.lambda.invoked_arn": invokedFunctionArn,
      "cloud.resource_id": resourceId,
      "cloud.account.id": "123456789012",
    });
  });

  test("without a context, nothing is said of it", () => {
    expect(attributesOf()).toEqual({ "faas.trigger": "other", "faas.coldstart": true });
    expect(attributesOf(null as never)).toEqual({ "faas.trigger": "other", "faas.coldstart": false });
    expect(attributesOf({})).toEqual({ "faas.trigger": "other", "faas.coldstart": false });
  });

  test("an ARN that is none names no account", () => {
    const attributes = attributesOf({ invokedFunctionArn: "local" });
    expect(attributes).toMatchObject({ "aws.lambda.invoked_arn": "local", "cloud.resource_id": "local" });
    expect(attributes).not.toHaveProperty(["cloud.account.id"]);
  });
});

test.each([
  ["the context's function name", { functionName: "checkout" }, "configured", "checkout"],
  ["the configured one", undefined, "configured", "configured"],
  ["the configured one before an empty one", { functionName: "" }, "configured", "configured"],
  ["the trigger's, as a last resort", undefined, "", "lambda"],
])("an event that gives no name has %s", (_, context, configured, name) => {
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", configured);
  startInvocation({}, context, { tracer }).end({ result: 1 });
  expect(take()[0]!.name).toBe(name);
});
