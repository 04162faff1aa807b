import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BatchMode,
  batch,
  type MergeMode,
  merge,
  type Parentage,
  sameSpan,
  type TraceContext,
} from "../src/index.ts";
import { decidedContexts } from "./arbitraries.ts";
import { deepFreeze } from "./deep-freeze.ts";

const at = (trace: number, span: number): TraceContext => ({
  traceId: `${trace}`.repeat(32),
  spanId: `${span}`.repeat(16),
  sampled: true,
});
const [a1, a2, a3, b1, c1] = [at(1, 1), at(1, 2), at(1, 3), at(2, 1), at(3, 1)];
const nothing: Parentage = { parent: undefined, links: [] };

describe("a batch", () => {
  test.each<[string, BatchMode | undefined, (TraceContext | undefined)[], Parentage]>([
    ["of no messages", "auto", [], nothing],
    ["of messages without a context", "auto", [undefined, undefined], nothing],
    ["of one message", "auto", [a1], { parent: a1, links: [] }],
    [
      "of one trace: the first is the parent, other spans are links",
      "auto",
      [a1, a2, a3],
      { parent: a1, links: [a2, a3] },
    ],
    ["of one span", "auto", [a1, a1, a1], { parent: a1, links: [] }],
    [
      "of one trace with messages that have none",
      "auto",
      [undefined, a1, undefined, a2],
      { parent: a1, links: [a2] },
    ],
    [
      "of several traces: a new root, all linked",
      "auto",
      [a1, b1, c1],
      { parent: undefined, links: [a1, b1, c1] },
    ],
    [
      "of several traces and repeated spans: each linked once",
      "auto",
      [a1, b1, a1, a2, b1],
      { parent: undefined, links: [a1, b1, a2] },
    ],
    ["by default as auto, one trace", undefined, [a1, a2], { parent: a1, links: [a2] }],
    ["by default as auto, two traces", undefined, [a1, b1], { parent: undefined, links: [a1, b1] }],
    [
      "first: the first is the parent, all others are linked",
      "first",
      [undefined, b1, a1, a2, b1],
      { parent: b1, links: [a1, a2] },
    ],
    ["first, of nothing", "first", [undefined], nothing],
    ["links: a new root even for one trace", "links", [a1, a2, a1], { parent: undefined, links: [a1, a2] }],
    ["links, of one message", "links", [a1], { parent: undefined, links: [a1] }],
    ["links, of nothing", "links", [], nothing],
  ])("%s", (_, mode, contexts, parentage) => {
    expect(batch(deepFreeze(contexts), mode)).toEqual(parentage);
  });

  test("keeps of one span what came first", () => {
    const first = { ...a1, sampled: undefined, baggage: "user=42" };
    expect(batch([first, a1]).parent).toBe(first);
  });

  test("holds every span once, in the order it came, in every mode", () => {
    const contexts = fc.array(fc.option(fc.constantFrom(a1, a2, a3, b1, c1), { nil: undefined }));
    fc.assert(
      fc.property(contexts, fc.constantFrom<BatchMode>("auto", "first", "links"), (list, mode) => {
        const { parent, links } = batch(list, mode);
        const came = [...new Set(list.filter((context) => context !== undefined))];
        expect(parent ? [parent, ...links] : links).toEqual(came);
      }),
    );
  });

  test("may be of ten thousand messages", () => {
    const contexts = Array.from({ length: 10_000 }, (_, index) => ({
      ...a1,
      spanId: (index + 1).toString(16).padStart(16, "0"),
    }));
    expect(batch(contexts).links).toHaveLength(9999);
  });
});

describe("merging", () => {
  const one: Parentage = { parent: a1, links: [] };
  const ofTrace: Parentage = { parent: a1, links: [a2] };
  const many: Parentage = { parent: undefined, links: [a1, b1] };
  const x = c1; // The runtime's context, of a trace of its own.
  const open = { ...x, sampled: undefined };
  const dropped = { ...x, sampled: false };
  const aX = at(1, 9); // The runtime's context, of the event's trace.

  test.each<[string, MergeMode | undefined, Parentage, TraceContext | undefined, Parentage]>([
    [
      "the event's context is the parent, the runtime's is linked",
      "event",
      one,
      x,
      { parent: a1, links: [x] },
    ],
    ["by default as event", undefined, one, x, { parent: a1, links: [x] }],
    ["a runtime without a decision is left", "event", one, open, one],
    ["an unsampled runtime is left", "event", one, dropped, one],
    ["a runtime of the same trace is left", "event", one, aX, one],
    ["the runtime is the parent where the event has none", "event", nothing, x, { parent: x, links: [] }],
    ["a runtime without a decision is no parent", "event", nothing, open, nothing],
    ["an unsampled runtime is no parent", "event", nothing, dropped, nothing],
    [
      "a linked batch stays a root and links the runtime",
      "event",
      many,
      x,
      { parent: undefined, links: [a1, b1, x] },
    ],
    ["a linked batch that knows the runtime's trace does not link it again", "event", many, aX, many],
    ["links of the batch come before the runtime", "event", ofTrace, x, { parent: a1, links: [a2, x] }],
    ["no runtime, no change", "event", ofTrace, undefined, ofTrace],
    ["nothing and nothing", "event", nothing, undefined, nothing],

    ["the runtime is the parent, the event is linked", "xray", one, x, { parent: x, links: [a1] }],
    ["an undecided runtime is the parent too", "xray", one, open, { parent: open, links: [a1] }],
    ["an unsampled runtime is the parent too", "xray", one, dropped, { parent: dropped, links: [a1] }],
    ["the same span is not linked to itself", "xray", one, a1, { parent: a1, links: [] }],
    ["another span of the same trace is linked", "xray", one, aX, { parent: aX, links: [a1] }],
    ["a batch is linked in its order", "xray", ofTrace, x, { parent: x, links: [a1, a2] }],
    ["a linked batch is linked", "xray", many, x, { parent: x, links: [a1, b1] }],
    ["a runtime alone", "xray", nothing, x, { parent: x, links: [] }],
    ["without a runtime the event's context is the parent", "xray", ofTrace, undefined, ofTrace],

    ["a new root, both linked", "link", one, x, { parent: undefined, links: [a1, x] }],
    ["an undecided runtime is linked too", "link", one, open, { parent: undefined, links: [a1, open] }],
    ["the same span is linked once", "link", one, a1, { parent: undefined, links: [a1] }],
    ["a batch and the runtime", "link", ofTrace, x, { parent: undefined, links: [a1, a2, x] }],
    ["a linked batch and the runtime", "link", many, x, { parent: undefined, links: [a1, b1, x] }],
    ["the event alone", "link", ofTrace, undefined, { parent: undefined, links: [a1, a2] }],
    ["the runtime alone", "link", nothing, x, { parent: undefined, links: [x] }],
    ["neither", "link", nothing, undefined, nothing],
  ])("%s (%s)", (_, mode, event, runtime, parentage) => {
    expect(merge(deepFreeze({ event, runtime }), mode)).toEqual(parentage);
  });

  test("no mode loses or doubles a span of the event, or links the parent to itself", () => {
    const modes = fc.constantFrom<MergeMode>("event", "xray", "link");
    const runtimes = fc.option(fc.oneof(fc.constantFrom(a1, aX, x, open, dropped), decidedContexts), {
      nil: undefined,
    });
    const contexts = fc.array(fc.constantFrom(a1, a2, b1, c1), { maxLength: 5 });
    fc.assert(
      fc.property(contexts, runtimes, modes, (list, runtime, mode) => {
        const event = batch(list);
        const { parent, links } = merge({ event, runtime }, mode);
        const spans = [...(parent ? [parent] : []), ...links].map(({ traceId, spanId }) => traceId + spanId);
        expect(new Set(spans).size).toBe(spans.length);
        for (const { traceId, spanId } of list) expect(spans).toContain(traceId + spanId);
      }),
    );
  });
});

test("two contexts are of the same span when both ids agree, whatever else differs", () => {
  expect(sameSpan(a1, { ...a1, sampled: false })).toBe(true);
  expect(sameSpan(a1, a2)).toBe(false);
  expect(sameSpan(a1, b1)).toBe(false);
});
