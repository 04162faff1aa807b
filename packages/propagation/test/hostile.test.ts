import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  attributes,
  decodeDynatrace,
  defaultFormats,
  extract,
  headers,
  inject,
  parseBaggage,
  parseTraceState,
  parseXRayHeader,
  single,
} from "../src/index.ts";
import { decidedContexts, POISON } from "./arbitraries.ts";

const KEYS = [...new Set(["baggage", ...defaultFormats.flatMap(({ keys }) => keys)])];

/** Whoever sends a header chooses its length and what is in it. */
describe("a megabyte in every header is read to the end", () => {
  const units = [
    " ",
    "\t",
    ",",
    ";",
    "=",
    "-",
    "a",
    "0",
    "a=1,",
    "Root=",
    ";Root=1-",
    "%",
    "%41",
    "a=1;",
    "FW4;1;",
  ];

  test.each(units)("of %j", (unit) => {
    const text = unit.repeat(1_000_000 / unit.length);
    for (const value of [text, `a${text}`, `a${text}b`, `a=1${text}`]) {
      expect(extract(headers(Object.fromEntries(KEYS.map((key) => [key, value]))))).toBeUndefined();
      expect(attributes({ traceparent: { binaryValue: value } })("traceparent")).not.toBe("");
      expect(parseBaggage(value).length).toBeLessThanOrEqual(64);
      for (const read of [parseTraceState, single, parseXRayHeader, decodeDynatrace]) read(value);
    }
  });

  test("beside a valid context, which is found", () => {
    fc.assert(
      fc.property(decidedContexts, fc.constantFrom(...units), (context, unit) => {
        const sent = inject({ ...context, traceState: undefined }, defaultFormats);
        const long = unit.repeat(1_000_000 / unit.length);
        for (const key of ["tracestate", "baggage", "x-datadog-tags", "b3", "x-dynatrace"]) {
          const found = extract(headers({ ...sent, [key]: long }));
          expect(found?.context).toMatchObject({ traceId: context.traceId, spanId: context.spanId });
          expect(JSON.stringify(inject(found!.context)).length).toBeLessThan(20_000);
        }
      }),
      { numRuns: 20 },
    );
  });
});

test("a hundred thousand headers are looked through once for each key", () => {
  const names = Array.from({ length: 100_000 }, (_, index) => [`x-b3-trace-${index}`, "a"]);
  expect(extract(headers(Object.fromEntries(names)))).toBeUndefined();
});

test("no key, however named, reaches a prototype", () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  const names = fc.oneof(fc.constantFrom(...POISON, ...KEYS), fc.string());
  fc.assert(
    fc.property(fc.dictionary(names, fc.anything()), decidedContexts, (map, context) => {
      extract(headers(map));
      const poisoned = JSON.parse(
        `{"__proto__":{"traceparent":"00-${context.traceId}-${context.spanId}-01"}}`,
      );
      expect(extract(headers(poisoned))).toBeUndefined();
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    }),
  );
});

test("traps that throw, of whatever kind, hold nothing", () => {
  const trap = () => {
    throw new Error("not for you");
  };
  const traps = ["get", "has", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf"] as const;
  fc.assert(
    fc.property(fc.subarray([...traps], { minLength: 1 }), fc.constantFrom(...KEYS), (chosen, key) => {
      const hostile = new Proxy({ [key]: "x" }, Object.fromEntries(chosen.map((name) => [name, trap])));
      expect(extract(headers(hostile))).toBeUndefined();
      expect(extract(attributes(hostile))).toBeUndefined();
      expect(extract(headers({}, hostile))).toBeUndefined();
    }),
  );
});

test("getters that throw hold nothing, and hide nothing else", () => {
  fc.assert(
    fc.property(decidedContexts, fc.constantFrom(...KEYS), (context, key) => {
      const map = inject(context, defaultFormats);
      Object.defineProperty(map, key, {
        enumerable: true,
        get() {
          throw new Error("not for you");
        },
      });
      expect(extract(headers(map))?.context.traceId).toBe(context.traceId);
    }),
  );
});
