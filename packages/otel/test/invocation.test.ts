import { isSpanContextValid, ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace";
import { describe, expect, test, vi } from "vitest";
import { deepFreeze } from "../../propagation/test/deep-freeze.ts";
import { type Expected, fixture, fixtures } from "../../triggers/test/fixtures.ts";
import { getTraceContext, type InvocationOptions, startInvocation, within } from "../src/index.ts";
import { lambdaContext, recorder } from "./harness.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const OTHER = "0af7651916cd43dd8448eb211c80319c";
const XRAY = `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)};Parent=${SPAN}`;

const { tracer, take } = recorder({ sampler: new AlwaysOnSampler() });

/** The span of one invocation, from start to end. */
function spanOf(event: unknown, context?: object, options: InvocationOptions = {}) {
  startInvocation(event, context, { tracer, ...options }).end({ result: undefined });
  const [span, ...others] = take();
  expect(others).toEqual([]);
  return span!;
}

describe.each(fixtures)("$name", ({ event, expected }) => {
  test("has the name, the kind and the attributes of its trigger", () => {
    const span = spanOf(event, lambdaContext());
    expect(span.name).toBe(expected.spanName ?? "checkout");
    const kind = expected.attributes["faas.trigger"] === "pubsub" ? SpanKind.CONSUMER : SpanKind.SERVER;
    expect(span.kind).toBe(kind);
    expect(span.attributes).toMatchObject(expected.attributes);
  });

  test("continues its parent's trace and links the rest", () => {
    const span = spanOf(event);
    const { parentSpanContext } = span;
    const links = span.links.filter(({ context }) => isSpanContextValid(context));
    const { traceId, spanId } = expected.parent ?? {};
    expect([parentSpanContext?.traceId, parentSpanContext?.spanId]).toEqual([traceId, spanId]);
    expect(span.spanContext().traceId).toEqual(traceId ?? expect.any(String));
    expect(parentSpanContext?.isRemote).toBe(expected.parent ? true : undefined);
    expect(links.map(({ context }) => ({ traceId: context.traceId, spanId: context.spanId }))).toEqual(
      expected.links,
    );
  });

  test("points to what was written, each thing once, behind all other links", () => {
    const pointers = spanOf(event).links.slice(expected.links.length);
    const written = (expected.pointers ?? []).flat().map(({ kind, hash }) => `${kind} ${hash}`);
    expect(
      pointers.map(({ attributes }) => `${attributes?.["ptr.kind"]} ${attributes?.["ptr.hash"]}`),
    ).toEqual([...new Set(written)]);
  });

  test("is left as it is, and so is the context", () => {
    const frozen = deepFreeze(structuredClone(event));
    const context = deepFreeze(lambdaContext({ xRayTraceId: `${XRAY};Sampled=1` }));
    for (const ending of [{ result: deepFreeze({ statusCode: 500 }) }, { error: deepFreeze({}) }]) {
      startInvocation(frozen, context, { tracer }).end(ending);
    }
    take();
    expect(frozen).toEqual(event);
    expect(context).toEqual(lambdaContext({ xRayTraceId: `${XRAY};Sampled=1` }));
  });
});

test("the trace state of the parent goes on", () => {
  const event = {
    traceparent: `00-${TRACE}-${SPAN}-01`,
    tracestate: "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
  };
  const span = spanOf(event);
  expect(span.spanContext().traceId).toBe(TRACE);
  expect(span.spanContext().traceState?.serialize()).toBe(event.tracestate);
});

test("the links of a batch say which message each is of", () => {
  const { parentSpanContext, links } = spanOf(fixture("sqs/several-traces"));
  expect(parentSpanContext).toBeUndefined();
  expect(links.length).toBeGreaterThan(1);
  for (const { attributes, context } of links) {
    expect(attributes).toEqual({ "messaging.message.id": expect.stringMatching(/./) });
    expect(context.isRemote).toBe(true);
  }
  expect(new Set(links.map(({ attributes }) => attributes?.["messaging.message.id"])).size).toBe(
    links.length,
  );
});

describe("a span pointer", () => {
  const change = fixture<{ Records: { dynamodb: object }[] }>("dynamodb/several-traces");

  test("is a link without ids, upstream", () => {
    const [link, ...others] = spanOf(fixture("s3/created")).links;
    expect(others).toEqual([]);
    expect(link).toEqual({
      context: { traceId: "0".repeat(32), spanId: "0".repeat(16), traceFlags: 0 },
      attributes: {
        "link.kind": "span-pointer",
        "ptr.kind": "aws.s3.object",
        "ptr.dir": "u",
        "ptr.hash": fixture<Expected>("s3/created.expected").pointers?.[0]?.[0]?.hash,
      },
      droppedAttributesCount: 0,
    });
  });

  test("is nobody's where they are switched off", () => {
    expect(spanOf(fixture("s3/created"), undefined, { spanPointers: false }).links).toEqual([]);
  });

  test("never takes the place of a context's link", () => {
    const Records = Array.from({ length: 300 }, (_, index) => ({
      ...change.Records[index % 2],
      dynamodb: { ...change.Records[index % 2]?.dynamodb, Keys: { id: { N: `${index}` } } },
    }));
    const { links } = spanOf({ Records });
    expect(links).toHaveLength(128);
    expect(links.slice(0, 2).map(({ context }) => context.traceId)).toEqual(
      fixture<Expected>("dynamodb/several-traces.expected").links.map(({ traceId }) => traceId),
    );
    expect(links.slice(2).every(({ attributes }) => attributes?.["link.kind"] === "span-pointer")).toBe(true);
  });
});

test("the runtime's sampled context is linked, without attributes of a message", () => {
  const context = lambdaContext({ xRayTraceId: `${XRAY};Sampled=1` });
  const { parentSpanContext, links } = spanOf({ traceparent: `00-${OTHER}-${SPAN}-01` }, context);
  expect(parentSpanContext?.traceId).toBe(OTHER);
  expect(links).toMatchObject([{ context: { traceId: TRACE, spanId: SPAN }, attributes: {} }]);
  expect(links[0]?.attributes).toEqual({});
});

test.each([
  ["event", OTHER, [TRACE]],
  ["xray", TRACE, [OTHER]],
  ["link", undefined, [OTHER, TRACE]],
] as const)("merge: %s", (merge, parent, linked) => {
  const context = lambdaContext({ xRayTraceId: `${XRAY};Sampled=1` });
  const span = spanOf({ traceparent: `00-${OTHER}-${SPAN}-01` }, context, { merge });
  expect(span.parentSpanContext?.traceId).toBe(parent);
  expect(span.links.map((link) => link.context.traceId)).toEqual(linked);
});

describe("sampling", () => {
  const parentBased = recorder({ sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }) });
  const sampled = (event: unknown, decide?: (traceId: string) => boolean) => {
    const { span } = startInvocation(event, undefined, { tracer: parentBased.tracer, decide });
    return (span.spanContext().traceFlags & 1) === 1;
  };
  const refuse = () => false;

  test.each([
    ["X-Ray's Sampled=0 is asked", { "x-amzn-trace-id": `${XRAY};Sampled=0` }, false],
    ["X-Ray's Sampled=? is asked", { "x-amzn-trace-id": `${XRAY};Sampled=?` }, false],
    ["X-Ray's header without Sampled is asked", { "x-amzn-trace-id": XRAY }, false],
    ["X-Ray's Sampled=1 is obeyed", { "x-amzn-trace-id": `${XRAY};Sampled=1` }, true],
    ["W3C's sampled flag is obeyed", { traceparent: `00-${TRACE}-${SPAN}-01` }, true],
  ])("%s", (_, event, expected) => {
    expect(sampled(event, refuse)).toBe(expected);
    expect(sampled(event)).toBe(true);
    expect(sampled(event, () => true)).toBe(true);
  });

  test("W3C's unsampled flag is obeyed", () => {
    expect(sampled({ traceparent: `00-${TRACE}-${SPAN}-00` }, () => true)).toBe(false);
  });

  test("who decides is given the trace that is continued, once", () => {
    const decide = vi.fn(() => true);
    sampled({ "x-amzn-trace-id": XRAY }, decide);
    expect(decide.mock.calls).toEqual([[TRACE]]);
  });

  test("a trace without a parent is the tracer's own affair", () => {
    const none = recorder({ sampler: new TraceIdRatioBasedSampler(0) });
    const invocation = startInvocation({}, undefined, { tracer: none.tracer, decide: () => true });
    invocation.end({ result: 1 });
    expect(invocation.span.isRecording()).toBe(false);
    expect(none.take()).toEqual([]);
  });
});

describe("the invocation's context", () => {
  const event = {
    traceparent: `00-${TRACE}-${SPAN}-01`,
    baggage: "user=42;secret",
  };

  test("has the span active, and the baggage that came", () => {
    const { context, span } = startInvocation(event, undefined, { tracer });
    expect(trace.getSpan(context)).toBe(span);
    const { spanId, traceId } = span.spanContext();
    expect(getTraceContext(context)).toMatchObject({ traceId, spanId, baggage: event.baggage });
  });

  test("takes nothing over from what is active at the caller", () => {
    const caller = trace.setSpan(ROOT_CONTEXT, tracer.startSpan("caller"));
    const span = within(caller, () => spanOf({}));
    expect(span.parentSpanContext).toBeUndefined();
  });

  test.each([
    ["the runtime's, before the event's", `${XRAY};Lineage=1:aa:0`, "Lineage=1:aa:0"],
    [
      "the runtime's, with Root only",
      "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=1:bb:0",
      "Lineage=1:bb:0",
    ],
    ["the event's, where the runtime has none", "", "Lineage=1:event:0"],
  ])("keeps X-Ray's further fields: %s", (_, xRayTraceId, xrayFields) => {
    const { context } = startInvocation(
      { "x-amzn-trace-id": `${XRAY};Sampled=1;Lineage=1:event:0` },
      lambdaContext({ xRayTraceId }),
      { tracer },
    );
    expect(getTraceContext(context)?.xrayFields).toBe(xrayFields);
  });
});

test("the global provider's tracer starts the span when none is given", () => {
  const global = recorder();
  trace.setGlobalTracerProvider({ getTracer: () => global.tracer });
  startInvocation({}, undefined).end({ result: 1 });
  trace.disable();
  expect(global.take()).toHaveLength(1);
});
