import { extract, type Place } from "@throughline/propagation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MessageAttribute, messageAttributes, type Shortage } from "../src/index.ts";

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const w3c = { traceparent, tracestate: "rojo=1" };
const datadog = {
  "x-datadog-trace-id": "11803532876627986230",
  "x-datadog-parent-id": "67667974448284343",
  "x-datadog-sampling-priority": "1",
  "x-datadog-tags": "_dd.p.tid=4bf92f3577b34da6",
};
const carried = { ...w3c, ...datadog, baggage: "user=42" };
const text = (StringValue: string): MessageAttribute => ({ DataType: "String", StringValue });
const others = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`own-${index}`, text("x")]));
const bytes = (map: object | undefined) =>
  Object.entries((map ?? {}) as Record<string, MessageAttribute>).reduce(
    (sum, [name, { DataType, StringValue = "", BinaryValue }]) =>
      sum + Buffer.byteLength(`${name}${DataType}${StringValue}`) + (BinaryValue?.byteLength ?? 0),
    0,
  );
const found = (map: unknown) => {
  for (const { carrier } of messageAttributes.extract(map, "a") as Iterable<Place>) {
    const context = extract(carrier);
    if (context) return context.context;
  }
  return undefined;
};

describe("inject", () => {
  test("each standard header is an attribute of its own, all of them are in _datadog", () => {
    const map = messageAttributes.inject({ kind: text("order") }, carried);
    expect(Object.keys(map ?? {})).toEqual(["kind", "traceparent", "tracestate", "_datadog", "baggage"]);
    expect(JSON.parse(map?._datadog?.StringValue ?? "")).toEqual(carried);
    expect(found(map)).toMatchObject({ traceId: traceparent.slice(3, 35), baggage: "user=42" });
  });

  test.each<[number, string[], Shortage | undefined]>([
    [6, ["traceparent", "tracestate", "_datadog", "baggage"], undefined],
    [7, ["traceparent", "tracestate", "_datadog"], "reduced"],
    [8, ["traceparent", "tracestate"], "reduced"],
    [9, ["traceparent"], "reduced"],
    [10, [], "skipped"],
    [11, [], "skipped"],
  ])("beside %i attributes there is room for %j", (count, names, shortage) => {
    const own = others(count);
    const heard: Shortage[] = [];
    const map = messageAttributes.inject(own, carried, { onShortage: (what) => heard.push(what) });
    expect(Object.keys(map ?? {}).slice(count)).toEqual(names);
    expect(heard).toEqual(shortage ? [shortage] : []);
    if (names.length === 0) expect(map).toBe(own);
  });

  test("what is replaced makes its own room", () => {
    const own = { ...others(6), traceparent: text("old"), tracestate: text("old=1"), _datadog: text("{}") };
    const map = messageAttributes.inject(own, w3c);
    expect(map).toEqual({ ...others(6), traceparent: text(traceparent), tracestate: text("rojo=1") });
  });

  test("what belongs to a context that is replaced does not stay behind, in whatever case", () => {
    const old = { Traceparent: text("old"), tracestate: text("old=1"), Baggage: text("a=1") };
    expect(messageAttributes.inject(old, { traceparent })).toEqual({ traceparent: text(traceparent) });
  });

  test("baggage without a context is the user's own", () => {
    const own = { baggage: { DataType: "Number", StringValue: "3" } };
    const map = messageAttributes.inject(own, { traceparent, baggage: "user=42" });
    expect(map).toEqual({ ...own, traceparent: text(traceparent) });
  });

  test("to the last byte", () => {
    const all = bytes(messageAttributes.inject({}, carried));
    const names = (maxAddedBytes: number) =>
      Object.keys(messageAttributes.inject({}, carried, { maxAddedBytes }) ?? {});
    expect(names(all)).toEqual(["traceparent", "tracestate", "_datadog", "baggage"]);
    expect(bytes(messageAttributes.inject({}, carried, { maxAddedBytes: all - 1 }))).toBeLessThan(all);
    const least = bytes({ traceparent: text(traceparent) });
    expect(names(least)).toEqual(["traceparent"]);
    expect(names(least - 1)).toEqual([]);
  });

  test("without the ids nothing else is sent, however short", () => {
    const long = { traceparent, tracestate: "a=1" };
    expect(messageAttributes.inject(undefined, long, { maxAddedBytes: 30 })).toBeUndefined();
  });

  test("Datadog's spelling alone goes under _datadog alone", () => {
    expect(messageAttributes.inject(undefined, datadog)).toEqual({
      _datadog: text(JSON.stringify(datadog)),
    });
  });

  test("another dialect's headers are attributes of their own", () => {
    expect(messageAttributes.inject(undefined, { b3: "1-2-1" })).toEqual({ b3: text("1-2-1") });
  });

  test("nothing is added for nothing", () => {
    const own = others(3);
    const heard: Shortage[] = [];
    expect(messageAttributes.inject(own, {}, { onShortage: (what) => heard.push(what) })).toBe(own);
    expect(heard).toEqual([]);
  });

  test("a receiver asks for what any producer writes, and for the dialects of its own", () => {
    const standard = ["traceparent", "tracestate", "_datadog", "baggage"];
    expect(messageAttributes.names({})).toEqual(standard);
    expect(messageAttributes.names({ ...carried, b3: "1-2-1" })).toEqual([...standard, "b3"]);
  });

  test("bounds hold, own attributes stay, inputs stay as they were, and what is sent is found again", () => {
    const arbitrary = fc.record({
      count: fc.integer({ min: 0, max: 12 }),
      maxAddedBytes: fc.integer({ min: 0, max: 1200 }),
      baggage: fc.option(fc.stringMatching(/^[a-z]{1,9}=[a-z]{1,400}$/), { nil: undefined }),
    });
    fc.assert(
      fc.property(arbitrary, ({ count, maxAddedBytes, baggage }) => {
        const own = Object.freeze(others(count));
        const headers = { ...w3c, ...datadog, ...(baggage && { baggage }) };
        const map = messageAttributes.inject(own, headers, { maxAddedBytes }) ?? {};
        expect(bytes(map) - bytes(own)).toBeLessThanOrEqual(maxAddedBytes);
        expect(map).toMatchObject(own);
        if (map === own) return;
        expect(Object.keys(map).length).toBeLessThanOrEqual(10);
        expect(found(map)).toMatchObject({ traceId: traceparent.slice(3, 35), sampled: true });
      }),
    );
  });
});
