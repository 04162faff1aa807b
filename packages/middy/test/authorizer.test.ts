import middy from "@middy/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fixture } from "../../triggers/test/fixtures.ts";
import { extractContext, flush, tracedExecution, tracing } from "../src/index.ts";
import { lambdaContext, memorySink } from "./harness.ts";

const sink = memorySink();
const traced = (options = {}) => tracing({ sink, ...options });
const event = fixture<object>("api-gateway-authorizer/http-api");
const allowed = Object.freeze({ isAuthorized: true });

beforeEach(() => sink.take());
afterEach(() => {
  delete process.env.DD_ENCODE_AUTHORIZER_CONTEXT;
});

/** The span that an answer passes on. */
function passedOn(answer: unknown): unknown {
  const { context } = answer as { context?: { _datadog: string } };
  if (!context) return undefined;
  const { traceparent } = JSON.parse(Buffer.from(context._datadog, "base64").toString("utf8"));
  return traceparent.split("-")[2];
}

const CHAINS: readonly [string, (chain: ReturnType<typeof middy>) => unknown][] = [
  ["its handler's", (chain) => chain.handler(async () => allowed)],
  ["a later hook's early", (chain) => chain.before(() => allowed)],
  ["an inner after's early", (chain) => chain.after(() => allowed)],
  [
    "an onError's",
    (chain) =>
      chain
        .onError((request) => {
          request.response = allowed;
        })
        .handler(async () => {
          throw new Error("no key");
        }),
  ],
  [
    "an onError's early",
    (chain) =>
      chain
        .onError(() => allowed)
        .handler(async () => {
          throw new Error("no key");
        }),
  ],
];

describe.each([
  [".use(tracing())", {}],
  ["tracedExecution()", { executionMode: tracedExecution() }],
])("%s", (_, config) => {
  test.each(CHAINS)("an authorizer passes its own span on in %s answer", async (_about, complete) => {
    const handler = middy(config).use(traced());
    complete(handler);
    const answer = await handler(event, lambdaContext());
    await middy(async () => {}).use(traced())({}, lambdaContext());
    expect(passedOn(answer)).toBe(sink.take()[0]?.spanContext().spanId);
    expect(answer).toMatchObject(allowed);
  });

  test("beside other middlewares the answer is passed on once", async () => {
    const handler = middy(async () => allowed, config)
      .use([flush(), traced(), extractContext()])
      .use(traced());
    const answer = await handler(event, lambdaContext());
    expect(passedOn(answer)).toBe(sink.take()[0]?.spanContext().spanId);
  });

  test.each<[string, object, string | undefined]>([
    ["authorizer: false", { authorizer: false }, undefined],
    ["DD_ENCODE_AUTHORIZER_CONTEXT=false", {}, "false"],
    ["DD_ENCODE_AUTHORIZER_CONTEXT=FALSE", {}, "FALSE"],
  ])("%s leaves the answer alone", async (_about, options, variable) => {
    if (variable) process.env.DD_ENCODE_AUTHORIZER_CONTEXT = variable;
    expect(await middy(async () => allowed, config).use(traced(options))(event, lambdaContext())).toBe(
      allowed,
    );
  });

  test("the option comes before the variable", async () => {
    process.env.DD_ENCODE_AUTHORIZER_CONTEXT = "false";
    const handler = middy(async () => allowed, config).use(traced({ authorizer: true }));
    expect(passedOn(await handler(event, lambdaContext()))).toBeDefined();
  });

  test("a function that is no authorizer may answer what it likes", async () => {
    const handler = middy(async () => allowed, config).use(traced());
    expect(await handler(fixture("http-api/traceparent"), lambdaContext())).toBe(allowed);
  });
});

test("an option that is no boolean is refused", () => {
  expect(() => tracing({ authorizer: "yes" } as never)).toThrow(
    new TypeError('tracing({ authorizer: "yes" }): expected true or false'),
  );
});
