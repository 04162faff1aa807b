import fc from "fast-check";
import { expect, test } from "vitest";
import { datadog, headers } from "../../src/index.ts";
import { decidedContexts } from "../arbitraries.ts";
import { formatContract } from "../contract.ts";

const HIGH = "640cfd8d00000000";
const IDS = { traceId: `${HIGH}000056781234abcd`, spanId: "00f067aa0ba902b7" };
const NUMBERS = { "x-datadog-trace-id": "95073701505997", "x-datadog-parent-id": "67667974448284343" };
const TID = `_dd.p.tid=${HIGH}`;

formatContract(datadog, { keeps: ({ sampled }) => ({ sampled }) });

test.each([
  ["an open decision", {}, { "x-datadog-tags": TID }],
  ["a kept trace", { sampled: true }, { "x-datadog-sampling-priority": "1", "x-datadog-tags": TID }],
  ["a dropped trace", { sampled: false }, { "x-datadog-sampling-priority": "0", "x-datadog-tags": TID }],
  [
    "a user's wish",
    { sampled: true, traceState: "dd=s:2" },
    { "x-datadog-sampling-priority": "2", "x-datadog-tags": TID },
  ],
  [
    "a user's rejection",
    { sampled: false, traceState: "dd=s:-1" },
    { "x-datadog-sampling-priority": "-1", "x-datadog-tags": TID },
  ],
  [
    "a flag that later contradicts the priority",
    { sampled: false, traceState: "dd=s:2" },
    { "x-datadog-sampling-priority": "0", "x-datadog-tags": TID },
  ],
  [
    "a rejection that was overruled later",
    { sampled: true, traceState: "dd=s:-1" },
    { "x-datadog-sampling-priority": "1", "x-datadog-tags": TID },
  ],
  ["a priority whose decision is open", { traceState: "dd=s:2" }, { "x-datadog-tags": TID }],
  [
    "a priority that is no number",
    { sampled: true, traceState: "dd=s:keep" },
    { "x-datadog-sampling-priority": "1", "x-datadog-tags": TID },
  ],
  [
    "origin and tags among other vendors' members",
    { sampled: true, traceState: "a=1,dd=s:1;p:00f067aa0ba902b7;o:rum;t.dm:-4;t.usr.id:Zm9v~~,b=2" },
    {
      "x-datadog-sampling-priority": "1",
      "x-datadog-origin": "rum",
      "x-datadog-tags": `_dd.p.dm=-4,_dd.p.usr.id=Zm9v==,${TID}`,
    },
  ],
  [
    "the trace id's own upper half, not the one of the member",
    { sampled: true, traceState: "dd=t.tid:1111111111111111" },
    { "x-datadog-sampling-priority": "1", "x-datadog-tags": TID },
  ],
  [
    "no tag that would void all of them",
    { sampled: true, traceState: "dd=t.a b:1;t.:2;t.c:;t.d:4" },
    { "x-datadog-sampling-priority": "1", "x-datadog-tags": `_dd.p.d=4,${TID}` },
  ],
  ["no member of a broken tracestate", { traceState: "dd=o:rum,BAD=1" }, { "x-datadog-tags": TID }],
])("writes %s", (_, context, written) => {
  expect(datadog.write({ ...IDS, sampled: undefined, ...context })).toEqual({ ...NUMBERS, ...written });
});

test("a 64-bit trace id needs no tag", () => {
  const context = { ...IDS, traceId: IDS.traceId.slice(16).padStart(32, "0"), sampled: undefined };
  expect(datadog.write({ ...context, traceState: `dd=t.tid:${HIGH}` })).toEqual(NUMBERS);
});

test("a trace id whose lower half is zero has no spelling that is read", () => {
  const context = { ...IDS, traceId: `${HIGH}${"0".repeat(16)}`, sampled: true };
  expect(datadog.read(headers(datadog.write(context)))).toBeUndefined();
});

test("ids are unsigned 64-bit decimals up to the largest", () => {
  const context = { traceId: "f".repeat(32), spanId: "f".repeat(16), sampled: undefined };
  expect(datadog.write(context)).toEqual({
    "x-datadog-trace-id": "18446744073709551615",
    "x-datadog-parent-id": "18446744073709551615",
    "x-datadog-tags": "_dd.p.tid=ffffffffffffffff",
  });
});

test("the upper half of the trace id is always written, whatever other tags there are", () => {
  fc.assert(
    fc.property(decidedContexts, (context) => {
      const high = context.traceId.slice(0, 16);
      const tags = datadog.write(context)["x-datadog-tags"]?.split(",") ?? [];
      expect(tags.includes(`_dd.p.tid=${high}`)).toBe(high !== "0".repeat(16));
    }),
  );
});

test("the most tags a member can hold are written and read again", () => {
  const parts = Array.from({ length: 42 }, (_, index) => `t.${String.fromCharCode(0x40 + index)}:1`);
  const traceState = `dd=s:1;${parts.join(";")}`;
  const written = datadog.write({ ...IDS, sampled: true, traceState });
  expect(written["x-datadog-tags"]!.length).toBeLessThanOrEqual(512);
  expect(datadog.read(headers(written))).toEqual({ ...IDS, sampled: true, traceState });
});

test.each([
  [512, HIGH],
  [513, "0".repeat(16)],
])("of %i characters of tags the upper half is %s", (length, high) => {
  const tags = `${TID},_dd.p.x=`.padEnd(length, "x");
  expect(datadog.read(headers({ ...NUMBERS, "x-datadog-tags": tags }))?.traceId.slice(0, 16)).toBe(high);
});

test.each([
  [254, "x".repeat(254)],
  [255, undefined],
])("an origin of %i characters fits a tracestate member or is left out", (length, kept) => {
  const read = datadog.read(headers({ ...NUMBERS, "x-datadog-origin": "x".repeat(length) }));
  expect(read?.traceState).toBe(kept && `dd=o:${kept}`);
  expect(
    datadog.read(
      headers({ ...NUMBERS, "x-datadog-origin": "x".repeat(255), "x-datadog-sampling-priority": "1" }),
    )?.traceState,
  ).toBe("dd=s:1");
});

test("tags that do not fit a tracestate member are left out, the others stay", () => {
  const map = {
    ...NUMBERS,
    "x-datadog-sampling-priority": "1",
    "x-datadog-tags": `_dd.p.dm=-4,_dd.p.big=${"x".repeat(260)},_dd.p.a=1`,
  };
  expect(datadog.read(headers(map))?.traceState).toBe("dd=s:1;t.dm:-4;t.a:1");
});

test.each([["trace-id"], ["parent-id"], ["sampling-priority"], ["origin"], ["tags"]])(
  "a megabyte of %s throws nothing",
  (name) => {
    for (const text of ["9", " ", ",", "x", "_dd.p.x=1,", "="]) {
      const big = text.repeat(1_000_000 / text.length);
      const map = { ...NUMBERS, [`x-datadog-${name}`]: big };
      const { spanId = IDS.spanId, traceState = "" } = datadog.read(headers(map)) ?? {};
      expect(spanId).toBe(IDS.spanId);
      expect(traceState.length).toBeLessThanOrEqual(260);
    }
  },
);
