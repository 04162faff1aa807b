import {
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListFunctionsCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { FunctionError } from "../src/answer.ts";
import type { Delivery } from "../src/function-target.ts";
import { type LambdaEndpoint, startLambdaEndpoint } from "../src/lambda-endpoint.ts";

const ARN = "arn:aws:lambda:us-east-1:123456789012:function:echo";
let endpoint: LambdaEndpoint;
let client: LambdaClient;
let calls: { event: unknown; delivery: Delivery }[];

beforeAll(async () => {
  endpoint = await startLambdaEndpoint({
    functions: {
      echo: async (event, delivery) => {
        calls.push({ event, delivery });
        return event;
      },
      silent: async () => undefined,
      large: async () => "x".repeat(6_291_455),
      declines: async (event, delivery) => {
        calls.push({ event: structuredClone(event), delivery });
        Object.assign(event as object, { spoiled: true });
        throw new FunctionError({ errorType: "CardError", errorMessage: "declined", trace: ["at charge"] });
      },
      breaks: async () => Promise.reject(new RangeError("too far")),
    },
  });
  client = new LambdaClient({
    endpoint: endpoint.url,
    region: "us-east-1",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await endpoint.close();
});
beforeEach(() => {
  calls = [];
});

const invoke = (input: Partial<InvokeCommandInput>, headers: Record<string, string> = {}) => {
  const command = new InvokeCommand({ FunctionName: "echo", ...input });
  command.middlewareStack.add(
    (next) => (args) => {
      Object.assign((args.request as { headers: object }).headers, headers);
      return next(args);
    },
    { step: "build" },
  );
  return client.send(command);
};
const text = (payload: Uint8Array | undefined) => Buffer.from(payload ?? []).toString();

test.each(["echo", "echo:live", "123456789012:function:echo", ARN, `${ARN}:$LATEST`])(
  "a function is called as %s",
  async (FunctionName) => {
    const { StatusCode, Payload, ExecutedVersion, FunctionError } = await invoke({
      FunctionName,
      Payload: '{"a":1}',
    });
    expect([StatusCode, text(Payload), ExecutedVersion, FunctionError]).toEqual([
      200,
      '{"a":1}',
      "$LATEST",
      undefined,
    ]);
  },
);

test("no payload is an empty event, no result is null", async () => {
  await invoke({});
  expect(calls[0]?.event).toEqual({});
  expect(text((await invoke({ FunctionName: "silent" })).Payload)).toBe("null");
});

test.each([
  ["declines", { errorType: "CardError", errorMessage: "declined", trace: ["at charge"] }],
  ["breaks", { errorType: "RangeError", errorMessage: "too far", trace: expect.any(Array) }],
  ["large", { errorType: "Function.ResponseSizeTooLarge" }],
])("a function that %s is an answer with a function error", async (FunctionName, error) => {
  const { StatusCode, FunctionError, Payload } = await invoke({ FunctionName });
  expect([StatusCode, FunctionError]).toEqual([200, "Unhandled"]);
  expect(JSON.parse(text(Payload))).toMatchObject(error);
});

const TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a:1";
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");

test("the tracing header and the client context go with the invocation", async () => {
  const ClientContext = base64({ custom: { traceparent: "00-a-b-01" } });
  await invoke({ ClientContext, TenantId: "blue" }, { "x-amzn-trace-id": TRACE });
  expect(calls[0]?.delivery).toEqual({
    traceHeader: TRACE,
    clientContext: { custom: { traceparent: "00-a-b-01" } },
    tenantId: "blue",
    requestId: expect.any(String),
  });
});

test("without a tracing header there is a new trace, and no span", async () => {
  await invoke({});
  expect(calls[0]?.delivery.traceHeader).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
});

test("an event is taken before it is worked on, without its client context", async () => {
  const ClientContext = base64({ custom: {} });
  const { StatusCode, Payload } = await invoke(
    { InvocationType: "Event", ClientContext },
    { "x-amzn-trace-id": TRACE },
  );
  expect([StatusCode, text(Payload)]).toEqual([202, ""]);
  await endpoint.idle();
  expect(calls).toEqual([{ event: {}, delivery: { traceHeader: TRACE, requestId: expect.any(String) } }]);
});

test("an event that fails is tried twice again, with the same request id", async () => {
  await invoke({ FunctionName: "declines", InvocationType: "Event" });
  await endpoint.idle();
  expect(calls.map(({ event }) => event)).toEqual([{}, {}, {}]);
  expect(new Set(calls.map(({ delivery }) => delivery.requestId)).size).toBe(1);
  expect(endpoint.failures).toMatchObject([{ errorType: "CardError" }]);
});

test("a dry run runs nothing", async () => {
  expect((await invoke({ InvocationType: "DryRun" })).StatusCode).toBe(204);
  await expect(invoke({ FunctionName: "no", InvocationType: "DryRun" })).rejects.toThrow(
    "Function not found",
  );
  expect(calls).toEqual([]);
});

const json = (bytes: number) => `"${"x".repeat(bytes - 2)}"`;
const context = (bytes: number) => Buffer.from(`{"a":"${"x".repeat(bytes * 0.75 - 8)}"}`).toString("base64");

test.each<[string, Partial<InvokeCommandInput>, string, number]>([
  ["an unknown function", { FunctionName: "other" }, "ResourceNotFoundException", 404],
  ["a name that is none", { FunctionName: "a b" }, "ValidationException", 400],
  ["two qualifiers", { FunctionName: "echo:live", Qualifier: "2" }, "InvalidParameterValueException", 400],
  ["a payload that is no JSON", { Payload: "{" }, "InvalidRequestContentException", 400],
  ["a payload over 6 MB", { Payload: json(6_291_457) }, "RequestTooLargeException", 413],
  [
    "an event over 1 MB",
    { InvocationType: "Event", Payload: json(1_048_577) },
    "RequestTooLargeException",
    413,
  ],
  ["a client context that is no JSON", { ClientContext: "e30x" }, "InvalidRequestContentException", 400],
  [
    "a client context over 3,583 bytes",
    { ClientContext: context(3584) },
    "InvalidRequestContentException",
    400,
  ],
])("%s is refused", async (_, input, name, httpStatusCode) => {
  await expect(invoke(input)).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
  await endpoint.idle();
  expect(calls).toEqual([]);
});

test.each<[string, Partial<InvokeCommandInput>]>([
  ["6 MB", { Payload: json(6_291_456) }],
  ["1 MB", { InvocationType: "Event", Payload: json(1_048_576) }],
  ["a client context of 3,580 bytes", { ClientContext: context(3580) }],
])("%s is taken", async (_, input) => {
  await invoke(input);
  await endpoint.idle();
  expect(calls).toHaveLength(1);
});

test("another operation is unknown", async () => {
  await expect(client.send(new ListFunctionsCommand({}))).rejects.toMatchObject({
    name: "UnknownOperationException",
  });
});
