import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { detect, lambda, resolve, sources } from "../src/index.ts";
import { damaged, partsOf } from "./damage.ts";
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

const broken = events.chain((event) => damaged(event, junk));

/** Two events in one, as nobody sends. */
const hybrids = fc
  .tuple(events, events)
  .map(([a, b]) => ({ ...(a as object), ...(b as object) }) as Record<string, unknown>)
  .chain((both) => fc.shuffledSubarray(Object.keys(both)).map((keys) => pick(both, keys)));

/** The same, with the keys of both in the objects that both have. */
const deepHybrids = fc
  .tuple(events, events)
  .map(([a, b]) => merged(a, b))
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
    ["a damaged event", broken],
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

describe("no two sources claim one event", () => {
  test.each([
    ["a damaged one", broken],
    ["two in one", hybrids],
    ["two in one, to the second level", deepHybrids],
    ["records of several services in one list", medleys],
  ])("%s", (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (event) => {
        expect(claimsOf(event).slice(1)).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  test("any event with any other one's keys, whichever of the two wins", () => {
    const records = fixtures.filter(({ event }) => isObject(event));
    const claimed = records.flatMap((a) =>
      records
        .map((b) => ({ pair: [a.name, b.name], claims: claimsOf(merged(a.event, b.event)) }))
        .filter(({ claims }) => claims.length > 1),
    );
    expect(claimed).toEqual([]);
  });
});

test("no source claims junk", () => {
  fc.assert(
    fc.property(junk, (event) => {
      expect(detect(event, sources)).toBe(lambda);
    }),
  );
});

function pick(record: Record<string, unknown>, keys: readonly string[]) {
  return Object.fromEntries(keys.map((key) => [key, record[key]]));
}

function merged(a: unknown, b: unknown): Record<string, unknown> {
  const both: Record<string, unknown> = { ...(a as object), ...(b as object) };
  for (const key of Object.keys(both)) {
    const [ours, theirs] = [Reflect.get(Object(a), key), Reflect.get(Object(b), key)];
    if (isObject(ours) && isObject(theirs)) both[key] = { ...ours, ...theirs };
  }
  return both;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function claimsOf(event: unknown): string[] {
  const claiming = sources.filter((source) => {
    try {
      return source.match(event);
    } catch {
      return false;
    }
  });
  return claiming.map(({ name }) => name);
}
