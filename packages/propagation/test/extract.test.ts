import fc from "fast-check";
import { expect, test } from "vitest";
import { datadog, extract, type Format, headers, inject, w3c, xray } from "../src/index.ts";
import { POISON, traceStates } from "./arbitraries.ts";
import { deepFreeze } from "./deep-freeze.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const W3C_SPAN = "00f067aa0ba902b7";
const DATADOG_SPAN = "0000000000000001";

const w3cHeaders = { traceparent: `00-${TRACE}-${W3C_SPAN}-01` };
const sameTrace = {
  "x-datadog-trace-id": "11803532876627986230",
  "x-datadog-parent-id": "1",
  "x-datadog-sampling-priority": "2",
  "x-datadog-origin": "rum",
  "x-datadog-tags": "_dd.p.tid=4bf92f3577b34da6,_dd.p.dm=-4",
};
const otherTrace = { ...sameTrace, "x-datadog-trace-id": "42" };
const xrayHeaders = {
  "X-Amzn-Trace-Id": "Root=1-5ce31dc2-2c779014b90ce44db5e03875;Parent=0b11cc4230d3e09e;Sampled=1",
};

const b3Headers = { b3: "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1" };
const dynatraceHeaders = {
  "x-dynatrace":
    "FW4;-1076712821;0;0;0;0;1292943070;0;ae29;6h4bf92f3577b34da6a3ce929d0e0e4736;7h53995c3f42cd8ad8",
};

const found = (map: object, formats?: readonly Format[]) => {
  const extracted = extract(headers(deepFreeze(map)), formats);
  return extracted && [extracted.format, extracted.context.spanId];
};

test.each<[string, object, readonly Format[] | undefined, string[] | undefined]>([
  ["W3C before X-Ray", { ...xrayHeaders, ...w3cHeaders }, undefined, ["w3c", W3C_SPAN]],
  ["W3C before Datadog", { ...otherTrace, ...w3cHeaders }, undefined, ["w3c", W3C_SPAN]],
  ["Datadog before X-Ray", { ...xrayHeaders, ...otherTrace }, undefined, ["datadog", DATADOG_SPAN]],
  ["X-Ray where there is nothing else", xrayHeaders, undefined, ["xray", "0b11cc4230d3e09e"]],
  ["X-Ray before B3", { ...b3Headers, ...xrayHeaders }, undefined, ["xray", "0b11cc4230d3e09e"]],
  ["B3 before Dynatrace", { ...dynatraceHeaders, ...b3Headers }, undefined, ["b3", "e457b5a2e4d86bd1"]],
  ["Dynatrace where there is nothing else", dynatraceHeaders, undefined, ["dynatrace", "53995c3f42cd8ad8"]],
  [
    "W3C before a tag of the same trace",
    { ...dynatraceHeaders, ...w3cHeaders },
    undefined,
    ["w3c", W3C_SPAN],
  ],
  [
    "X-Ray first where it is first in order",
    { ...xrayHeaders, ...w3cHeaders },
    [xray, w3c],
    ["xray", "0b11cc4230d3e09e"],
  ],
  [
    "Datadog first where it is first in order and of another trace",
    { ...w3cHeaders, ...otherTrace },
    [datadog, w3c],
    ["datadog", DATADOG_SPAN],
  ],
  ["W3C's span of the same trace", { ...w3cHeaders, ...sameTrace }, undefined, ["w3c", W3C_SPAN]],
  [
    "W3C's span of the same trace in the other order too",
    { ...w3cHeaders, ...sameTrace },
    [datadog, w3c],
    ["w3c", W3C_SPAN],
  ],
  [
    "Datadog's span where W3C is not read",
    { ...w3cHeaders, ...sameTrace },
    [datadog],
    ["datadog", DATADOG_SPAN],
  ],
  ["W3C's span where Datadog is not read", { ...w3cHeaders, ...sameTrace }, [w3c], ["w3c", W3C_SPAN]],
  [
    "the next format where the first is broken",
    { traceparent: "00-zz", ...xrayHeaders },
    undefined,
    ["xray", "0b11cc4230d3e09e"],
  ],
  [
    "the next format where W3C has two values",
    { traceparent: [w3cHeaders.traceparent, `00-${TRACE}-${DATADOG_SPAN}-01`], ...xrayHeaders },
    undefined,
    ["xray", "0b11cc4230d3e09e"],
  ],
  ["nothing without formats", w3cHeaders, [], undefined],
  ["nothing of nothing", {}, undefined, undefined],
])("finds %s", (_, map, formats, expected) => expect(found(map, formats)).toEqual(expected));

test.each([
  ["W3C first", [w3c, datadog]],
  ["Datadog first", [datadog, w3c]],
])("of one trace, Datadog's priority, origin and tags stay with W3C's span: %s", (_, formats) => {
  expect(extract(headers({ ...w3cHeaders, ...sameTrace, tracestate: "a=1" }), formats)).toEqual({
    format: "w3c",
    context: { traceId: TRACE, spanId: W3C_SPAN, sampled: true, traceState: "dd=s:2;o:rum;t.dm:-4,a=1" },
  });
});

test("the dd= member that came with W3C is newer than stale Datadog headers", () => {
  const extracted = extract(headers({ ...w3cHeaders, ...sameTrace, tracestate: "a=1,dd=s:1" }));
  expect(extracted?.context.traceState).toBe("a=1,dd=s:1");
});

test("of another trace, nothing of Datadog's is mixed in", () => {
  expect(extract(headers({ ...w3cHeaders, ...otherTrace }))?.context.traceState).toBeUndefined();
});

test("traceparent of one carrier never meets tracestate of another", () => {
  expect(extract(headers({ tracestate: "a=1" }))).toBeUndefined();
});

test.each([
  ["W3C", w3cHeaders],
  ["Datadog", sameTrace],
  ["X-Ray", xrayHeaders],
])("baggage of the same carrier goes with %s", (_, map) => {
  expect(extract(headers({ ...map, Baggage: "user=42,b=1;p" }))?.context.baggage).toBe("user=42,b=1;p");
});

test("baggage that nobody must carry is left, the context stays", () => {
  const extracted = extract(headers({ ...w3cHeaders, baggage: `a=${"x".repeat(8192)}` }));
  expect(extracted?.context).toEqual({ traceId: TRACE, spanId: W3C_SPAN, sampled: true });
});

test("baggage alone is no context", () => expect(extract(headers({ baggage: "user=42" }))).toBeUndefined());

test("a format of one's own is read in its turn", () => {
  const context = { traceId: TRACE, spanId: DATADOG_SPAN, sampled: undefined };
  const own: Format = {
    name: "own",
    keys: ["own"],
    read: (carrier) => (carrier("own") ? context : undefined),
    write: () => ({ own: "1" }),
  };
  expect(found({ ...w3cHeaders, own: "1" }, [own, w3c])).toEqual(["own", DATADOG_SPAN]);
  expect(found({ ...w3cHeaders, own: "1" }, [w3c, own])).toEqual(["w3c", W3C_SPAN]);
  expect(found(w3cHeaders, [own, w3c])).toEqual(["w3c", W3C_SPAN]);
});

test("a format that throws is passed over", () => {
  const broken: Format = {
    ...w3c,
    name: "broken",
    read() {
      throw new Error("broken");
    },
  };
  expect(found(w3cHeaders, [broken, w3c])).toEqual(["w3c", W3C_SPAN]);
});

test("a carrier that throws holds nothing", () => {
  const broken = () => {
    throw new Error("broken");
  };
  expect(extract(broken)).toBeUndefined();
});

test("a carrier that throws for some keys holds the others", () => {
  const map = headers({ ...w3cHeaders, ...xrayHeaders });
  const withoutW3C = (key: string) => {
    if (key === "traceparent" || key === "baggage") throw new Error("broken");
    return map(key);
  };
  expect(extract(withoutW3C)?.format).toBe("xray");
});

test("headers behind a proxy that throws hold nothing", () => {
  const hostile = new Proxy(
    {},
    {
      getOwnPropertyDescriptor: () => {
        throw new Error("hostile");
      },
    },
  );
  expect(extract(headers(hostile))).toBeUndefined();
});

test("no junk throws, whatever stands beside a valid context", () => {
  const names = fc.constantFrom("tracestate", "baggage", "x-datadog-tags", "x-datadog-origin", ...POISON);
  const junk = fc.dictionary(names, fc.oneof(fc.string({ unit: "binary" }), fc.anything()));
  fc.assert(
    fc.property(junk, (map) => {
      const extracted = extract(headers({ ...map, ...w3cHeaders, ...sameTrace, ...map, ...w3cHeaders }));
      expect(extracted?.context).toMatchObject({ traceId: TRACE, spanId: W3C_SPAN });
    }),
  );
});

test("other vendors' members of tracestate come through untouched and in their order", () => {
  fc.assert(
    fc.property(traceStates, (tracestate) => {
      const { context } = extract(headers({ ...w3cHeaders, tracestate }))!;
      expect(inject(context).tracestate).toBe(tracestate);
    }),
  );
});
