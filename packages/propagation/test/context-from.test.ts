import fc from "fast-check";
import { expect, test } from "vitest";
import { contextFrom, inject, w3c } from "../src/index.ts";

const TRACE = "640cfd8d00000000afe0e1e1b8b7c8d9";
const SPAN = "00f067aa0ba902b7";
const [low, parent] = [BigInt("0xafe0e1e1b8b7c8d9").toString(), BigInt(`0x${SPAN}`).toString()];
const padded = `${"0".repeat(16)}afe0e1e1b8b7c8d9`;

test.each([
  ["a trace context", { traceId: TRACE, spanId: SPAN, sampled: true }, TRACE, true],
  ["headers of ours", inject({ traceId: TRACE, spanId: SPAN, sampled: true }), TRACE, true],
  ["W3C headers in any case", { TraceParent: `00-${TRACE}-${SPAN}-00` }, TRACE, false],
  ["Datadog headers", { "x-datadog-trace-id": low, "x-datadog-parent-id": parent }, padded, undefined],
  [
    "an X-Ray header",
    { "X-Amzn-Trace-Id": `Root=1-640cfd8d-00000000afe0e1e1b8b7c8d9;Parent=${SPAN};Sampled=1` },
    TRACE,
    true,
  ],
  ["Datadog's result, decimal", { traceID: low, parentID: parent, sampleMode: 1 }, padded, true],
  ["the other spelling", { traceId: low, parentId: parent, sampleMode: "-1" }, padded, false],
  ["hex of 64 bits", { traceId: "afe0e1e1b8b7c8d9", parentId: SPAN.toUpperCase() }, padded, undefined],
  ["hex of 128 bits", { traceId: TRACE, parentId: SPAN, sampleMode: 2 }, TRACE, true],
  ["numbers", { traceId: BigInt(low), parentId: BigInt(parent), source: "event" }, padded, undefined],
])("%s", (_, result, traceId, sampled) => {
  expect(contextFrom(result)).toMatchObject({ traceId, spanId: SPAN });
  expect(contextFrom(result)?.sampled).toBe(sampled);
});

test.each([
  undefined,
  null,
  "00-…",
  7,
  [],
  {},
  { traceId: TRACE },
  { traceId: "0", parentId: "0" },
  { traceId: low, parentId: "99999999999999999999" },
  { traceId: TRACE, spanId: "0".repeat(16) },
  { traceId: "no", parentId: parent },
])("%o is none", (result) => {
  expect(contextFrom(result)).toBeUndefined();
});

test("a result whose getters throw is none", () => {
  const hostile = {
    get traceId(): string {
      throw new Error("no");
    },
  };
  expect(contextFrom(hostile)).toBeUndefined();
});

test("whatever comes, what goes on is a valid context or none", () => {
  const id = fc.oneof(fc.string(), fc.bigInt(), fc.constant(TRACE));
  const result = fc.record(
    { traceId: id, parentId: id, spanId: id, sampleMode: fc.anything() },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(result, fc.anything()), (value) => {
      const context = contextFrom(value);
      if (context) expect(w3c.read((key) => w3c.write(context)[key])).toBeDefined();
    }),
  );
});
