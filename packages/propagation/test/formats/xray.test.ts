import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headers, parseXRayHeader, xray, xrayHonored } from "../../src/index.ts";
import { formatContract } from "../contract.ts";

const ROOT = "Root=1-5ce31dc2-2c779014b90ce44db5e03875";
const PARENT = "Parent=0b11cc4230d3e09e";
const IDS = { traceId: "5ce31dc22c779014b90ce44db5e03875", spanId: "0b11cc4230d3e09e" };

formatContract(xray, {
  keeps: ({ sampled, xrayFields }) => ({ sampled: sampled || undefined, ...(xrayFields && { xrayFields }) }),
});
describe("obeying Sampled=0", () => {
  formatContract(xrayHonored, {
    keeps: ({ sampled, xrayFields }) => ({ sampled, ...(xrayFields && { xrayFields }) }),
    vectors: [],
  });

  test.each([
    ["1", true],
    ["0", false],
    ["?", undefined],
    ["d", undefined],
    ["01", undefined],
  ])("Sampled=%s decides %s", (sampled, decision) => {
    const read = xrayHonored.read(headers({ "x-amzn-trace-id": `${ROOT};${PARENT};Sampled=${sampled}` }));
    expect(read).toEqual({ ...IDS, sampled: decision });
  });
});

test("the fields may stand in any order", () => {
  const known = [ROOT, PARENT, "Sampled=1", "Lineage=1:a87bd80c:0"];
  fc.assert(
    fc.property(fc.shuffledSubarray(known, { minLength: 4 }), (fields) => {
      expect(xray.read(headers({ "x-amzn-trace-id": fields.join(";") }))).toEqual({
        ...IDS,
        sampled: true,
        xrayFields: "Lineage=1:a87bd80c:0",
      });
    }),
  );
});

test.each([
  ["of one megabyte", `${ROOT};${PARENT};Sampled=1;X=${"x".repeat(1_000_000)}`],
  ["of one megabyte of semicolons", `${ROOT};${PARENT};Sampled=1${";".repeat(1_000_000)}`],
  ["of one megabyte of blanks", `${ROOT};${PARENT};Sampled=1${" ".repeat(1_000_000)}x`],
])("a header %s is nothing", (_, header) => {
  expect(xray.read(headers({ "x-amzn-trace-id": header }))).toBeUndefined();
});

test.each([
  ["Sampled=1", { sampled: true }],
  ["Sampled=0", { sampled: false }],
  ["Sampled=?", { sampled: undefined }],
  ["Sampled=1;Lineage=1:a87bd80c:0", { sampled: true, xrayFields: "Lineage=1:a87bd80c:0" }],
])("writes %s", (written, context) => {
  expect(xray.write({ ...IDS, ...context })).toEqual({ "x-amzn-trace-id": `${ROOT};${PARENT};${written}` });
});

test("a header without Parent names a trace but no span", () => {
  expect(parseXRayHeader(`Self=1-a;${ROOT};Sampled=0`)).toEqual({
    traceId: IDS.traceId,
    spanId: undefined,
    sampled: false,
    fields: "Self=1-a",
  });
});

test("a header longer than any is not looked into", () => {
  expect(parseXRayHeader(`${ROOT};X=`.padEnd(8192, "x")).traceId).toBe(IDS.traceId);
  expect(parseXRayHeader(`${ROOT};X=`.padEnd(8193, "x"))).toEqual({});
});

test("no header has no fields", () => {
  expect(parseXRayHeader(undefined)).toEqual({});
});
