import middy from "@middy/core";
import { context, propagation, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { extractContext, flush, getTraceContext, getTraceHeaders, tracing } from "../src/index.ts";
import { lambdaContext, memorySink, verdict } from "./harness.ts";

const sink = memorySink();
const traced = (options = {}) => tracing({ sink, ...options });
beforeEach(() => sink.take());

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
const request = {
  version: "2.0",
  routeKey: "GET /pets/{id}",
  rawPath: "/pets/7",
  headers: { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: "es=s:1", baggage: "tenant=acme" },
  requestContext: {
    http: { method: "GET", path: "/pets/7" },
    domainName: "x.execute-api.eu-west-1.amazonaws.com",
  },
};

test("extractContext() continues the caller's trace without a span of its own", async () => {
  const handler = middy(async () => getTraceHeaders()).use(extractContext());
  expect(await handler(request, lambdaContext())).toMatchObject({
    traceparent: `00-${TRACE}-${SPAN}-01`,
    tracestate: "es=s:1",
    baggage: "tenant=acme",
  });
  expect(getTraceContext()).toBeUndefined();
  expect(sink.take()).toEqual([]);
});

test("extractContext() of an event without a context leaves what is active", async () => {
  const handler = middy(async () => getTraceHeaders()).use(extractContext());
  expect(await handler({}, lambdaContext())).toEqual({});
});

test("tracing() passes on what came: trace, state, baggage and Lambda's lineage", async () => {
  const xRayTraceId = "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=a1b2:3";
  const handler = middy(async () => getTraceHeaders()).use(traced());
  const headers = (await handler(request, lambdaContext({ xRayTraceId }))) as Record<string, string>;
  const [span] = sink.take();
  const id = span?.spanContext().spanId;
  expect(span?.name).toBe("GET /pets/{id}");
  expect(span?.parentSpanContext?.spanId).toBe(SPAN);
  expect(headers).toMatchObject({
    traceparent: `00-${TRACE}-${id}-01`,
    tracestate: "es=s:1",
    baggage: "tenant=acme",
  });
  expect(headers["x-amzn-trace-id"]).toMatch(new RegExp(`;Parent=${id};Sampled=1;Lineage=a1b2:3$`));
});

test("a 5xx response is an error, the handler's own affair it remains", async () => {
  const handler = middy(async () => ({ statusCode: 503 })).use(traced());
  expect(await handler(request, lambdaContext())).toEqual({ statusCode: 503 });
  expect(sink.take().map(verdict)).toEqual(["ERROR 503: "]);
});

test.each([
  ["event", TRACE, 1],
  ["xray", "5759e988bd862e3fe1be46a994272793", 1],
  ["link", undefined, 2],
] as const)("merge: %s", async (merge, parent, links) => {
  const xRayTraceId = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
  await middy(async () => {}).use(traced({ merge }))(request, lambdaContext({ xRayTraceId }));
  const [span] = sink.take();
  expect(span?.parentSpanContext?.traceId).toBe(parent);
  expect(span?.links).toHaveLength(links);
});

test.each([
  ["decide", true],
  ["honor", false],
] as const)("xraySampling: %s", async (xraySampling, recorded) => {
  const headers = {
    "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
  };
  await middy(async () => {}).use(traced({ xraySampling }))({ ...request, headers }, lambdaContext());
  expect(sink.take().length > 0).toBe(recorded);
});

test("formats may be OpenTelemetry's own propagators", async () => {
  await middy(async () => {}).use(traced({ formats: [new W3CTraceContextPropagator()] }))(
    request,
    lambdaContext(),
  );
  expect(sink.take()[0]?.parentSpanContext?.spanId).toBe(SPAN);
});

test("baggage that came is OpenTelemetry's baggage", async () => {
  const handler = middy(async () => propagation.getBaggage(context.active())?.getEntry("tenant")?.value);
  expect(await handler.use(traced())(request, lambdaContext())).toBe("acme");
});

test("flush() waits for a provider's flush, never past its timeout, and swallows its failure", async () => {
  let flushed = 0;
  const provider = (forceFlush: () => Promise<void>) => ({
    getTracer: () => trace.getTracer("none"),
    forceFlush,
  });
  const counting = provider(async () => {
    flushed += 1;
  });
  await middy(async () => {}).use(flush({ provider: counting }))({}, lambdaContext());
  expect(flushed).toBe(1);
  const hanging = provider(() => new Promise(() => {}));
  await middy(async () => {}).use(flush({ provider: hanging, timeout: 5 }))({}, lambdaContext());
  const failing = provider(() => Promise.reject(new Error("no")));
  expect(await middy(async () => 1).use(flush({ provider: failing }))({}, lambdaContext())).toBe(1);
});

test("flush() without a provider that flushes does nothing", async () => {
  const provider = { getTracer: () => trace.getTracer("none") };
  expect(await middy(async () => 1).use(flush({ provider }))({}, lambdaContext())).toBe(1);
});

test.each([
  [{ THROUGHLINE_MERGE: "xray" }, "5759e988bd862e3fe1be46a994272793", []],
  [{ DD_MERGE_XRAY_TRACES: "true" }, "5759e988bd862e3fe1be46a994272793", []],
  [{ DD_MERGE_XRAY_TRACES: "false" }, TRACE, []],
  [
    { THROUGHLINE_MERGE: "both" },
    TRACE,
    ['Throughline: THROUGHLINE_MERGE="both" is none of event, xray, link'],
  ],
])("the environment %o", async (env, parent, said) => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const xRayTraceId = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
  await middy(async () => {}).use(traced())(request, lambdaContext({ xRayTraceId }));
  expect(sink.take()[0]?.parentSpanContext?.traceId).toBe(parent);
  expect(warn.mock.calls.map(([line]) => line)).toEqual(said);
  vi.unstubAllEnvs();
  warn.mockRestore();
});

describe("what the event tells was written", () => {
  const written = {
    Records: [
      {
        eventSource: "aws:s3",
        eventName: "ObjectCreated:Put",
        s3: { bucket: { name: "some-bucket" }, object: { key: "some-key.data", eTag: "ab12ef34" } },
      },
    ],
  };
  const OWN = "THROUGHLINE_SPAN_POINTERS";
  const DATADOG = "DD_TRACE_AWS_ADD_SPAN_POINTERS";

  test.each<[Record<string, string>, boolean | undefined, number]>([
    [{}, undefined, 1],
    [{}, false, 0],
    [{ [OWN]: "false" }, undefined, 0],
    [{ [OWN]: "false" }, true, 1],
    [{ [DATADOG]: "false" }, undefined, 0],
    [{ [OWN]: "true", [DATADOG]: "false" }, undefined, 1],
  ])("is pointed to, unless that is switched off: %o, option %o", async (env, spanPointers, links) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    await middy(async () => {}).use(traced({ spanPointers }))(written, lambdaContext());
    vi.unstubAllEnvs();
    const [span] = sink.take();
    expect(span?.links.map(({ attributes }) => attributes?.["ptr.hash"])).toEqual(
      Array(links).fill("e721375466d4116ab551213fdea08413"),
    );
  });

  test("a variable that says neither is said aloud, and passed over", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    vi.stubEnv(OWN, "off");
    await middy(async () => {}).use(traced())(written, lambdaContext());
    vi.unstubAllEnvs();
    expect(warn.mock.calls).toEqual([[`Throughline: ${OWN}="off" is none of true, false`]]);
    expect(sink.take()[0]?.links).toHaveLength(1);
    warn.mockRestore();
  });
});

test("baggage of one invocation is not the next one's", async () => {
  const seen = middy(async () => propagation.getBaggage(context.active())?.getAllEntries().length ?? 0).use(
    traced(),
  );
  expect(await seen(request, lambdaContext())).toBe(1);
  expect(await seen({}, lambdaContext())).toBe(0);
  expect(propagation.getBaggage(context.active())).toBeUndefined();
});
