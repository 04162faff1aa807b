import { baggageEntryMetadataFromString, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { AlwaysOnSampler } from "@opentelemetry/sdk-trace";
import { datadog, type TraceContext, w3c, xray } from "@throughline/propagation";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { decidedContexts } from "../../propagation/test/arbitraries.ts";
import { fixture } from "../../triggers/test/fixtures.ts";
import {
  ensureContextManager,
  getTraceContext,
  getTraceHeaders,
  startInvocation,
  toContext,
  within,
} from "../src/index.ts";
import { lambdaContext, recorder } from "./harness.ts";

const { tracer, take } = recorder({ sampler: new AlwaysOnSampler() });

const carried: TraceContext = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
  sampled: true,
};
const headersOf = (context: TraceContext, ...formats: Parameters<typeof getTraceHeaders>) =>
  within(toContext(ROOT_CONTEXT, context), () => getTraceHeaders(...formats));

beforeAll(ensureContextManager);

test("where no span is active there are no headers and no context", () => {
  expect(getTraceHeaders()).toEqual({});
  expect(getTraceContext()).toBeUndefined();
  const baggage = propagation.createBaggage({ user: { value: "42" } });
  expect(within(propagation.setBaggage(ROOT_CONTEXT, baggage), getTraceHeaders)).toEqual({});
  expect(
    getTraceContext(trace.setSpanContext(ROOT_CONTEXT, trace.wrapSpanContext({} as never).spanContext())),
  ).toBe(undefined);
});

test("within an invocation the headers name its span, in every dialect, with all 128 bits", () => {
  const { context, span } = startInvocation({}, undefined, { tracer });
  const { traceId, spanId } = span.spanContext();
  expect(within(context, getTraceHeaders)).toEqual({
    traceparent: `00-${traceId}-${spanId}-01`,
    "x-datadog-trace-id": BigInt(`0x${traceId.slice(16)}`).toString(),
    "x-datadog-parent-id": BigInt(`0x${spanId}`).toString(),
    "x-datadog-sampling-priority": "1",
    "x-datadog-tags": `_dd.p.tid=${traceId.slice(0, 16)}`,
    "x-amzn-trace-id": `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=1`,
  });
});

test("a child span is the next service's parent", () => {
  const { context } = startInvocation({}, undefined, { tracer });
  const child = tracer.startSpan("child", {}, context);
  const inChild = within(trace.setSpan(context, child), getTraceContext);
  expect(inChild).toMatchObject({ spanId: child.spanContext().spanId });
});

test.each([
  [[w3c], ["traceparent"]],
  [[datadog], ["x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-sampling-priority", "x-datadog-tags"]],
  [[xray], ["x-amzn-trace-id"]],
  [[], []],
])("only the formats that are chosen are written", (formats, keys) => {
  expect(Object.keys(headersOf(carried, formats))).toEqual(keys);
});

describe("trace state", () => {
  const long = Array.from({ length: 30 }, (_, index) => `vendor${index}=${"x".repeat(40)}`).join(",");
  const state = () =>
    trace.getSpanContext(toContext(ROOT_CONTEXT, { ...carried, traceState: long }))!.traceState!;

  test("longer than 512 characters goes through a span", () => {
    expect(long.length).toBeGreaterThan(512);
    const event = { traceparent: `00-${carried.traceId}-${carried.spanId}-01`, tracestate: long };
    const { context } = startInvocation(event, undefined, { tracer });
    expect(within(context, getTraceHeaders).tracestate).toBe(long);
  });

  test("answers as the API's own does", () => {
    expect(state().get("vendor3")).toBe("x".repeat(40));
    expect(state().get("vendor")).toBeUndefined();
    expect(state().set("vendor3", "new").serialize()).toMatch(/^vendor3=new,vendor0=/);
    expect(state().unset("vendor0").serialize()).toBe(long.slice(long.indexOf("vendor1=")));
    expect(state().serialize()).toBe(long);
  });

  test("of which nothing is left is not sent", () => {
    const traceState = trace
      .getSpanContext(toContext(ROOT_CONTEXT, { ...carried, traceState: "a=1" }))!
      .traceState!.unset("a");
    const context = trace.setSpanContext(ROOT_CONTEXT, { ...carried, traceFlags: 1, traceState });
    expect(within(context, getTraceHeaders)).not.toHaveProperty("tracestate");
  });
});

describe("baggage", () => {
  const headerOf = (entries: Parameters<typeof propagation.createBaggage>[0]) =>
    within(
      propagation.setBaggage(toContext(ROOT_CONTEXT, carried), propagation.createBaggage(entries)),
      getTraceHeaders,
    ).baggage;

  test.each([
    ["plain", "user=42", "user=42"],
    ["several members", "user=42,tenant=acme", "user=42,tenant=acme"],
    ["metadata", "user=42;secret;ttl=1", "user=42;secret;ttl=1"],
    ["percent-encoded characters", "name=caf%C3%A9%20%2C%3B", "name=caf%C3%A9%20%2C%3B"],
    ["a malformed member, which is left out", "user=42,no key=1", "user=42"],
    ["a name that objects have", "__proto__=1,constructor=2", "__proto__=1,constructor=2"],
  ])("comes out as it came in: %s", (_, list, expected) => {
    expect(headersOf({ ...carried, baggage: list }).baggage).toBe(expected);
  });

  test.each<[string, unknown, string | undefined]>([
    ["spaces and line breaks", "a b\n", "key=a%20b%0A"],
    ["letters beyond ASCII", "日本", "key=%E6%97%A5%E6%9C%AC"],
    ["separators", ",;=%", "key=%2C%3B%3D%25"],
    ["a broken surrogate, which nothing can spell", "\ud800", undefined],
    ["a number, as JavaScript may have it", 42, "key=42"],
    ["nothing, as JavaScript may have it", undefined, "key=undefined"],
  ])("set by the handler: %s", (_, value, expected) => {
    expect(headerOf({ key: { value: value as string } })).toBe(expected);
  });

  test("metadata is written behind its member", () => {
    const metadata = baggageEntryMetadataFromString("ttl=1");
    expect(headerOf({ key: { value: "1", metadata } })).toBe("key=1;ttl=1");
  });

  test("the runtime's goes on where the runtime's context is the parent", () => {
    const store = {
      getTraceparent: () => `00-${carried.traceId}-${carried.spanId}-01`,
      getBaggage: () => "user=42",
    };
    Object.assign(globalThis, { awslambda: { InvokeStore: store } });
    const { context } = startInvocation({}, undefined, { tracer });
    Reflect.deleteProperty(globalThis, "awslambda");
    expect(within(context, getTraceHeaders)).toMatchObject({
      traceparent: expect.stringContaining(carried.traceId),
      baggage: "user=42",
    });
  });
});

test.each([
  [
    "a whole header",
    "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:a87bd80c:0",
  ],
  ["Root only", "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=1:a87bd80c:0"],
])("Lambda's guard against loops is passed on: %s", (_, xRayTraceId) => {
  const event = { traceparent: `00-${carried.traceId}-${carried.spanId}-01` };
  const { context, span } = startInvocation(event, lambdaContext({ xRayTraceId }), { tracer });
  const child = tracer.startSpan("child", {}, context);
  const header = within(trace.setSpan(context, child), getTraceHeaders)["x-amzn-trace-id"];
  expect(header).toBe(
    `Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=${child.spanContext().spanId};Sampled=1;Lineage=1:a87bd80c:0`,
  );
  expect(span.spanContext().traceId).toBe(carried.traceId);
});

test("the random flag is kept where no span of ours comes between", () => {
  expect(headersOf({ ...carried, random: true }).traceparent).toMatch(/-03$/);
});

describe("headers, put into an event, continue the trace", () => {
  const json = (headers: object) => JSON.stringify({ order: 1, _datadog: headers });
  const attributes = (headers: object) =>
    Object.fromEntries(
      Object.entries(headers).map(([key, stringValue]) => [key, { dataType: "String", stringValue }]),
    );
  const record = (parts: object) => ({ Records: [{ eventSource: "aws:sqs", messageId: "1", ...parts }] });

  const ways: [string, (headers: Record<string, string>) => unknown][] = [
    ["HTTP headers", (headers) => ({ ...fixture<object>("http-api/default-route"), headers })],
    ["a direct invocation", (headers) => ({ order: 1, _datadog: headers })],
    ["message attributes", (headers) => record({ messageAttributes: attributes(headers) })],
    ["a message's body", (headers) => record({ body: json(headers) })],
    [
      "an event's detail",
      (headers) => ({ ...fixture<object>("eventbridge/null-detail"), detail: { _datadog: headers } }),
    ],
  ];
  const formats = [undefined, [w3c], [datadog], [xray]] as const;

  test.each(ways)("%s", (_, toEvent) => {
    fc.assert(
      fc.property(decidedContexts, fc.constantFrom(...formats), (context, chosen) => {
        const event = toEvent(headersOf(context, ...(chosen ? [chosen] : [])));
        const invocation = startInvocation(event, undefined, { tracer });
        invocation.end({ result: 1 });
        const [span] = take();
        expect(span?.parentSpanContext).toMatchObject({ traceId: context.traceId, spanId: context.spanId });
        expect(span?.links).toEqual([]);
        const next = getTraceContext(invocation.context);
        expect(next).toMatchObject({
          traceId: context.traceId,
          spanId: invocation.span.spanContext().spanId,
        });
        if (chosen?.[0] === w3c) expect(next?.traceState).toBe(context.traceState);
        if (chosen?.[0] === xray) expect(next?.xrayFields).toBe(context.xrayFields);
      }),
    );
  });

  test("and baggage goes with them", () => {
    const event = { _datadog: headersOf({ ...carried, baggage: "user=42;secret,tenant=a%2Cb" }) };
    const { context } = startInvocation(event, undefined, { tracer });
    expect(getTraceContext(context)?.baggage).toBe("user=42;secret,tenant=a%2Cb");
  });
});
