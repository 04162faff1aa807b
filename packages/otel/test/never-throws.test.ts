import { type Span, trace } from "@opentelemetry/api";
import { AlwaysOnSampler, TracerProvider } from "@opentelemetry/sdk-trace";
import { lambda } from "@throughline/triggers";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { fixture, fixtures } from "../../triggers/test/fixtures.ts";
import { getTraceContext, getTraceHeaders, startInvocation, within } from "../src/index.ts";
import { ARN, hostile, recorder } from "./harness.ts";

const { tracer, take } = recorder({ sampler: new AlwaysOnSampler() });
const fail = () => {
  throw new Error("broken");
};
const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

afterEach(() => void take());

/** A provider whose processor fails, as the SDK lets it. */
function failing(hook: "onStart" | "onEnd") {
  const quiet = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };
  return new TracerProvider({ spanProcessors: [{ ...quiet, [hook]: fail }] }).getTracer("failing");
}

describe("a span that cannot be started", () => {
  const tracers = [
    ["the tracer throws", { tracer: { startSpan: fail, startActiveSpan: fail } }],
    ["the span processor throws", { tracer: failing("onStart") }],
  ] as const;

  test.each(tracers)("%s: the trace goes on without it", (_, options) => {
    const event = { "x-amzn-trace-id": "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7" };
    const invocation = startInvocation(event, undefined, options);
    expect(invocation.span.isRecording()).toBe(false);
    expect(invocation.resolution.trigger.name).toBe("lambda");
    expect(within(invocation.context, getTraceHeaders)).toMatchObject({ traceparent });
    invocation.end({ error: new Error("boom") });
    expect(invocation.ended).toBe(true);
  });

  test("who decides on sampling throws: the trace is sampled", () => {
    const event = { "x-amzn-trace-id": "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7" };
    const invocation = startInvocation(event, undefined, { tracer, decide: fail });
    expect(invocation.span.isRecording()).toBe(true);
    invocation.end({ result: 1 });
  });

  test("without a parent there is nothing to go on", () => {
    const invocation = startInvocation({}, undefined, { tracer: { startSpan: fail, startActiveSpan: fail } });
    expect(getTraceContext(invocation.context)).toBeUndefined();
    invocation.end({ result: 1 });
  });
});

describe("a span that cannot be ended", () => {
  test("the span processor throws", () => {
    const invocation = startInvocation({}, undefined, { tracer: failing("onEnd") });
    expect(() => invocation.end({ result: 1 })).not.toThrow();
    expect(invocation.ended).toBe(true);
  });

  test.each([{ result: { statusCode: 500 } }, { error: new Error("boom") }])(
    "every method of the span throws: %o",
    (ending) => {
      const span = new Proxy(trace.wrapSpanContext({} as never), {
        get: (_, method) => (method === "then" ? undefined : fail),
      }) as Span;
      const options = { tracer: { startSpan: () => span, startActiveSpan: fail } };
      const invocation = startInvocation(fixture("http-api/traceparent"), undefined, options);
      expect(() => invocation.end(ending)).not.toThrow();
    },
  );

  test("a result whose status code throws still ends the span", () => {
    startInvocation(fixture("http-api/traceparent"), undefined, { tracer }).end({ result: hostile() });
    expect(take()).toMatchObject([{ ended: true }]);
  });
});

test.each([
  ["a hostile event", hostile(), undefined],
  ["a hostile context", { traceparent }, hostile()],
  ["hostile in depth", { Records: [hostile()], requestContext: hostile(), detail: hostile() }, undefined],
  ["an ARN that is no text", {}, { invokedFunctionArn: 5 }],
  ["a version that is no text", {}, { invokedFunctionArn: `${ARN}:live`, functionVersion: Symbol("v") }],
  ["an ARN that refuses to be one", {}, { invokedFunctionArn: Object.create(null) }],
  ["a name that is no text", {}, { functionName: 5, awsRequestId: {} }],
])("%s is no obstacle", (_, event, context) => {
  const invocation = startInvocation(event, context as never, { tracer });
  expect(() => invocation.end({ result: event })).not.toThrow();
});

test("a trigger that cannot pass the trace on, or has none to pass, costs the result nothing", () => {
  const result = { isAuthorized: true };
  const triggers = [{ ...lambda, match: (event: unknown): event is unknown => event !== 1, passOn: fail }];
  expect(startInvocation({}, undefined, { tracer, triggers }).passOn(result)).toBe(result);
  const untraced = { tracer: { startSpan: fail, startActiveSpan: fail } };
  expect(startInvocation(fixture("api-gateway-authorizer/token"), undefined, untraced).passOn(result)).toBe(
    result,
  );
});

test("a hostile context costs the span, not the trace", () => {
  const { context } = startInvocation({ traceparent }, hostile(), { tracer });
  expect(within(context, getTraceHeaders)).toMatchObject({ traceparent });
});

test("whatever the event, the context, the result or the error, nothing is thrown", () => {
  const events = fc.oneof(fc.anything(), fc.constantFrom(...fixtures.map(({ event }) => event)));
  const endings = fc.oneof(fc.record({ result: fc.anything() }), fc.record({ error: fc.anything() }));
  const contexts = fc.oneof(
    fc.anything(),
    fc.record({ awsRequestId: fc.anything(), invokedFunctionArn: fc.anything(), xRayTraceId: fc.anything() }),
  );
  fc.assert(
    fc.property(events, contexts, endings, (event, context, ending) => {
      const invocation = startInvocation(event, context as never, { tracer });
      if ("result" in ending) invocation.passOn(ending.result);
      invocation.end(ending);
      expect(take()).toHaveLength(1);
    }),
    { numRuns: 500 },
  );
});
