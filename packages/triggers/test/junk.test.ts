import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { detect, lambda, resolve, sources } from "../src/index.ts";
import { fixtures } from "./fixtures.ts";

const events = fc.constantFrom(...fixtures.map(({ event }) => event));
const junk = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withNullPrototype: true,
  withSparseArray: true,
});

/** An event with some of its parts, however deep, replaced by junk. */
const damaged = fc
  .tuple(events, fc.array(fc.tuple(fc.nat(), junk), { minLength: 1, maxLength: 4 }))
  .map(([event, edits]) => {
    const copy = structuredClone(event);
    const parts = partsOf(copy);
    for (const [pick, value] of edits) {
      const part = parts[pick % (parts.length || 1)];
      if (part) Reflect.set(part.owner, part.key, value);
    }
    return copy;
  });

/** Two events in one, as nobody sends. */
const hybrids = fc
  .tuple(events, events)
  .map(([a, b]) => ({ ...(a as object), ...(b as object) }) as Record<string, unknown>)
  .chain((both) => fc.shuffledSubarray(Object.keys(both)).map((keys) => pick(both, keys)));

/** Records of several services in one list, bare or not, as nobody sends either. */
const records = fixtures.flatMap(({ event }) => {
  const list = Array.isArray(event) ? event : (event as { readonly Records?: unknown } | null)?.Records;
  return Array.isArray(list) ? list : [];
});
const medleys = fc
  .array(fc.constantFrom(...records), { minLength: 1, maxLength: 4 })
  .chain((list) => fc.constantFrom<unknown>(list, { Records: list }));

describe("no event makes anything throw", () => {
  test.each([
    ["anything", junk],
    ["a damaged event", damaged],
    ["two events in one", hybrids],
    ["records of several services", medleys],
  ])("%s", (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, fc.oneof(junk, fc.record({ clientContext: junk })), (event, context) => {
        const resolution = resolve(event, context as never, {});
        expect(resolution.attributes["faas.trigger"]).toBe(resolution.trigger.kind);
        for (const source of sources) {
          if (source.match(event)) expect(resolution.trigger).toBe(source);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([undefined, null, 0, 42, "", "text", true, [], [null], {}, () => {}, Symbol("event"), 1n])(
    "%s is the fallback's, and holds no context",
    (event) => {
      const { trigger, parentage, messages } = resolve(event, undefined, {});
      expect(trigger).toBe(lambda);
      expect(parentage).toEqual({ parent: undefined, links: [] });
      expect(messages).toHaveLength(1);
    },
  );

  test("an event whose every property throws", () => {
    const trap = () => {
      throw new Error("not for you");
    };
    const hostile = new Proxy({}, { get: trap, has: trap, ownKeys: trap, getOwnPropertyDescriptor: trap });
    expect(resolve(hostile, undefined, {}).trigger).toBe(lambda);
    expect(resolve({}, hostile, {}).parentage.parent).toBeUndefined();
  });

  test.each(fixtures)("$name with getters that throw", ({ event }) => {
    for (const { path } of partsOf(event)) {
      const copy = structuredClone(event) as object;
      const owner = path.slice(0, -1).reduce((part, key) => Reflect.get(part, key), copy);
      Object.defineProperty(owner, path.at(-1) as string, {
        enumerable: true,
        get: () => {
          throw new Error("not for you");
        },
      });
      expect(() => resolve(copy, undefined, {})).not.toThrow();
    }
  });
});

test("no two sources claim one event", () => {
  fc.assert(
    fc.property(fc.oneof(damaged, hybrids, medleys), (event) => {
      const matching = sources.filter((source) => {
        try {
          return source.match(event);
        } catch {
          return false;
        }
      });
      expect(matching.map(({ name }) => name)).toEqual(matching.slice(0, 1).map(({ name }) => name));
    }),
    { numRuns: 3_000 },
  );
});

test("no source claims junk", () => {
  fc.assert(
    fc.property(junk, (event) => {
      expect(detect(event, sources)).toBe(lambda);
    }),
  );
});

interface Part {
  readonly owner: object;
  readonly key: string;
  readonly path: readonly string[];
}

function partsOf(value: unknown, path: readonly string[] = []): Part[] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => [
    { owner: value, key, path: [...path, key] },
    ...partsOf(part, [...path, key]),
  ]);
}

function pick(record: Record<string, unknown>, keys: readonly string[]) {
  return Object.fromEntries(keys.map((key) => [key, record[key]]));
}
