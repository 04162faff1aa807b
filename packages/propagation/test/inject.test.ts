import { expect, test } from "vitest";
import { datadog, extract, type Format, headers, inject, w3c, xray } from "../src/index.ts";
import { deepFreeze } from "./deep-freeze.ts";

const context = deepFreeze({
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
  sampled: true,
  traceState: "dd=s:2;o:rum,a=1",
  xrayFields: "Lineage=1:a87bd80c:0",
  baggage: "user=42",
});

test("W3C, Datadog and X-Ray are written when nobody chooses, and baggage", () => {
  expect(inject(context)).toEqual({
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    tracestate: "dd=s:2;o:rum,a=1",
    "x-datadog-trace-id": "11803532876627986230",
    "x-datadog-parent-id": "67667974448284343",
    "x-datadog-sampling-priority": "2",
    "x-datadog-origin": "rum",
    "x-datadog-tags": "_dd.p.tid=4bf92f3577b34da6",
    "x-amzn-trace-id":
      "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1;Lineage=1:a87bd80c:0",
    baggage: "user=42",
  });
});

test.each([
  ["W3C", w3c, ["traceparent", "tracestate", "baggage"]],
  ["X-Ray", xray, ["x-amzn-trace-id", "baggage"]],
])("only %s where it alone is chosen", (_, format, keys) => {
  expect(Object.keys(inject(context, [format]))).toEqual(keys);
});

test("no format, no context: only baggage", () => {
  expect(inject(context, [])).toEqual({ baggage: "user=42" });
  expect(inject({ ...context, baggage: undefined }, [])).toStrictEqual({});
});

test("what is written is read again, from each format alone", () => {
  const { traceId, spanId, sampled, baggage } = context;
  for (const format of [w3c, datadog, xray]) {
    const found = extract(headers(inject(context)), [format]);
    expect(found).toMatchObject({ format: format.name, context: { traceId, spanId, sampled, baggage } });
  }
});

test("a format of one's own writes beside the others; one that throws writes nothing", () => {
  const own: Format = { name: "own", keys: ["own"], read: () => undefined, write: () => ({ own: "1" }) };
  const broken: Format = {
    ...own,
    write() {
      throw new Error("broken");
    },
  };
  expect(Object.keys(inject(context, [broken, own, w3c]))).toEqual([
    "own",
    "traceparent",
    "tracestate",
    "baggage",
  ]);
});
