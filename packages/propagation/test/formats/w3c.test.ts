import { expect, test } from "vitest";
import { headers, w3c } from "../../src/index.ts";
import { formatContract } from "../contract.ts";

const TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const IDS = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };

formatContract(w3c, {
  keeps: ({ sampled, random, traceState }) => ({
    sampled,
    ...(random && { random }),
    ...(traceState && { traceState }),
  }),
});

const members = (count: number) =>
  Array.from({ length: count }, (_, index) => `k${index}=${index}`).join(",");

test.each([
  ["32 members", members(32)],
  ["32 members and one of them again", `${members(32)},k0=again`, members(32)],
  ["a key of 256 characters", `${"z".repeat(256)}=1`],
  ["a key of 256 characters with an at sign", `${"t".repeat(242)}@${"v".repeat(13)}=1`],
  ["a value of 256 characters", `a=${"x".repeat(256)}`],
  ["every character a value can have", `a=${printable().replace(/[,=]/g, "").trim()}`],
  [
    "a list far over 512 characters",
    Array.from({ length: 30 }, (_, i) => `k${i}=${"x".repeat(250)}`).join(","),
  ],
])("keeps a tracestate of %s", (_, tracestate, kept = tracestate) => {
  expect(w3c.read(headers({ traceparent: TRACEPARENT, tracestate }))?.traceState).toBe(kept);
});

test.each([
  ["33 members", members(33)],
  ["a key of 257 characters", `a=1,${"z".repeat(257)}=1`],
  ["a key of 257 characters with an at sign", `a=1,${"t".repeat(242)}@${"v".repeat(14)}=1`],
  ["a value of 257 characters", `a=1,b=${"x".repeat(257)}`],
  ["one megabyte", `a=${"x,b=".repeat(250_000)}`],
  ["one megabyte of commas", `a=1${",".repeat(1_000_000)}`],
])("drops a tracestate of %s and keeps the parent", (_, tracestate) => {
  const context = w3c.read(headers({ traceparent: TRACEPARENT, tracestate }));
  expect(context).toEqual({ ...IDS, sampled: true });
});

test.each([
  [{ sampled: true }, "01"],
  [{ sampled: false }, "00"],
  [{ sampled: undefined }, "00"],
  [{ sampled: true, random: true }, "03"],
  [{ sampled: false, random: true }, "02"],
])("writes %o as flags %s", (flags, written) => {
  expect(w3c.write({ ...IDS, ...flags })).toEqual({
    traceparent: `00-${IDS.traceId}-${IDS.spanId}-${written}`,
  });
});

test("flags and versions of the future are not passed on", () => {
  const context = w3c.read(headers({ traceparent: `cc-${IDS.traceId}-${IDS.spanId}-ff-more` }))!;
  expect(w3c.write(context)).toEqual({ traceparent: `00-${IDS.traceId}-${IDS.spanId}-03` });
});

function printable() {
  return Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)).join("");
}
