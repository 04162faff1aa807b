import { describe, expect, test } from "vitest";
import { detect, lambda, resolve, sources } from "../src/index.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { fixtures, spell } from "./fixtures.ts";

describe.each(fixtures)("$name: $expected.about", ({ name, event, expected }) => {
  const resolution = resolve(event, undefined, {});

  test("exactly one source matches; none where only the fallback is left", () => {
    const matching = sources.filter((source) => source.match(event)).map((source) => source.name);
    expect(matching).toEqual(expected.trigger === lambda.name ? [] : [expected.trigger]);
    expect(detect(event, sources).name).toBe(expected.trigger);
    expect(name.split("/")[0]).toBe(expected.trigger);
  });

  test("each message's context is found, and where", () => {
    expect(resolution.messages.map((message) => spell(message.context))).toEqual(expected.messages);
    const found = resolution.messages.map(
      ({ context }) => resolution.looked.find((looked) => context && looked.context === context)?.at ?? null,
    );
    expect(found).toEqual(expected.found);
  });

  test("what was written", () => {
    const { messages, pointers = messages.map(() => []) } = expected;
    expect(resolution.messages.map((message) => message.pointers)).toEqual(pointers);
    const off = resolve(event, undefined, {}, { spanPointers: false });
    expect(off.messages.flatMap((message) => message.pointers)).toEqual([]);
  });

  test("parent and links", () => {
    const { parent, links } = resolution.parentage;
    expect(spell(parent)).toEqual(expected.parent);
    expect(links.map(({ traceId, spanId }) => ({ traceId, spanId }))).toEqual(expected.links);
  });

  test("span name and attributes", () => {
    expect(resolution.spanName ?? null).toBe(expected.spanName);
    expect(resolution.attributes).toEqual(expected.attributes);
  });

  test("the event is only read", () => {
    const before = structuredClone(event);
    const frozen = deepFreeze(structuredClone(event));
    for (const source of [...sources, lambda]) {
      if (!source.match(frozen)) continue;
      for (const message of source.messages(frozen)) {
        for (const { carrier } of message.places()) carrier("b3");
        message.pointers?.();
      }
      source.attributes(frozen);
      source.spanName?.(frozen);
      source.outcome?.(undefined, frozen);
    }
    expect(resolve(frozen, undefined, {})).toMatchObject({ attributes: resolution.attributes });
    expect(frozen).toEqual(before);
    expect(event).toEqual(before);
  });
});

test("every source has fixtures", () => {
  const covered = new Set(fixtures.map(({ expected }) => expected.trigger));
  expect(sources.filter(({ name }) => !covered.has(name))).toEqual([]);
});

test("the sources are listed alphabetically", () => {
  const names = sources.map(({ name }) => name);
  expect(names).toEqual(names.toSorted());
});

test.each([...sources, lambda].map(({ name }) => name))(
  "%s has fixtures, one of them without a context",
  (name) => {
    const own = fixtures.filter(({ expected }) => expected.trigger === name);
    expect(own.length).toBeGreaterThanOrEqual(2);
    const without = own.some(({ expected }) => !expected.parent && expected.links.length === 0);
    // An execution of a state machine always has a context: one is derived from its name.
    expect(without).toBe(name !== "step-functions");
  },
);
