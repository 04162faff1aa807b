import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Format, headers, isSpanId, isTraceId, type TraceContext } from "../src/index.ts";
import { anyCase, decidedContexts, mutations, POISON } from "./arbitraries.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { type Vector, vectors } from "./vectors.ts";

interface Expectations {
  /** What a context keeps on its way through the format. */
  readonly keeps: (context: TraceContext) => Partial<TraceContext>;
  /** Its vectors in `test/fixtures/formats`. */
  readonly vectors?: readonly Vector[];
}

/** What every format owes to those who read and write by it. */
export function formatContract(
  format: Format,
  { keeps, vectors: own = vectors(format.name) }: Expectations,
): void {
  const junk = fc.dictionary(
    fc.oneof(fc.constantFrom(...format.keys, ...POISON), fc.string()),
    fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.array(fc.string()), fc.anything()),
    { noNullPrototype: false },
  );
  /** Valid headers with a few characters wrong, in values where every byte can stand. */
  const damaged = decidedContexts.chain((context) =>
    fc.record(
      Object.fromEntries(
        Object.entries(format.write(context)).map(([key, value]) => [
          key,
          mutations(fc.constant(value), "0aAfF1-=;:,~ \t\r\n\0\u007f\u00a0é€?_."),
        ]),
      ),
    ),
  );

  describe(`the contract of ${format.name}`, () => {
    test.each(own)("reads $name", ({ headers: map, context }) => {
      expect(format.read(headers(deepFreeze(map)))).toEqual(context);
    });

    test("a context comes back as it was written", () => {
      fc.assert(
        fc.property(decidedContexts, (context) => {
          const { traceId, spanId } = context;
          const read = format.read(headers(format.write(context)));
          expect(read).toMatchObject({ traceId, spanId, ...keeps(context) });
        }),
      );
    });

    test("what was read once is written and read without further loss", () => {
      fc.assert(
        fc.property(decidedContexts, (context) => {
          const once = format.read(headers(format.write(context)))!;
          expect(format.read(headers(format.write(once)))).toEqual(once);
        }),
      );
    });

    test("header names come in any case, values single or in lists", () => {
      const written = decidedContexts.chain((context) => {
        const map = format.write(context);
        const names = fc.tuple(...Object.keys(map).map(anyCase));
        return fc.tuple(fc.constant(map), names, fc.boolean());
      });
      fc.assert(
        fc.property(written, ([map, names, listed]) => {
          const values = Object.values(map).map((value) => (listed ? [value] : value));
          const renamed = Object.fromEntries(names.map((name, index) => [name, values[index]]));
          expect(format.read(headers(renamed))).toEqual(format.read(headers(map)));
        }),
      );
    });

    test("every key that is read or written is declared, in lower case", () => {
      expect(format.keys).toEqual(format.keys.map((key) => key.toLowerCase()));
      fc.assert(
        fc.property(decidedContexts, (context) => {
          const asked = new Set<string>();
          const written = format.write(context);
          format.read((key) => {
            asked.add(key);
            return written[key];
          });
          expect(format.keys).toEqual(expect.arrayContaining([...asked, ...Object.keys(written)]));
        }),
      );
    });

    test("written headers are a plain record of own strings", () => {
      fc.assert(
        fc.property(decidedContexts, (context) => {
          const written = format.write(context);
          expect(Object.getPrototypeOf(written)).toBe(Object.prototype);
          expect(Reflect.ownKeys(written)).toEqual(Object.keys(written));
          for (const value of Object.values(written)) expect(value).toMatch(/^[\x20-\x7e]+$/);
        }),
      );
    });

    test("junk is no context and never throws", () => {
      fc.assert(
        fc.property(junk, (map) => {
          expect(format.read(headers(map))).toBeUndefined();
        }),
      );
    });

    test("whatever is read has canonical ids and can be sent on in a header", () => {
      fc.assert(
        fc.property(damaged, (map) => {
          const context = format.read((key) => map[key]);
          if (!context) return;
          expect(isTraceId(context.traceId) && isSpanId(context.spanId)).toBe(true);
          for (const value of Object.values(format.write(context))) expect(value).toMatch(/^[\t\x20-\x7e]+$/);
        }),
        { numRuns: 2000 },
      );
    });

    test("contexts and carriers are left as they are", () => {
      fc.assert(
        fc.property(decidedContexts, (context) => {
          const before = structuredClone(context);
          const map = deepFreeze(format.write(deepFreeze(context)));
          format.read(headers(map));
          expect(context).toEqual(before);
        }),
      );
    });

    test.each(POISON)("a key named %s changes no prototype and is no context", (key) => {
      const before = Object.getOwnPropertyNames(Object.prototype);
      const map = JSON.parse(
        `{ "${key}": ${JSON.stringify(Object.fromEntries(format.keys.map((k) => [k, "x"])))} }`,
      );
      expect(format.read(headers(map))).toBeUndefined();
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    });

    test("a context that only a prototype holds is not read", () => {
      fc.assert(
        fc.property(decidedContexts, (context) => {
          expect(format.read(headers(Object.create(format.write(context))))).toBeUndefined();
        }),
      );
    });
  });
}
