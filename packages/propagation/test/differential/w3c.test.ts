import { isDeepStrictEqual } from "node:util";
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from "@opentelemetry/api";
import { TraceState, W3CTraceContextPropagator } from "@opentelemetry/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { headers, type TraceContext, w3c } from "../../src/index.ts";
import { anyCase, decidedContexts, mutations, traceStates } from "../arbitraries.ts";
import { vectors } from "../vectors.ts";
import { type Differences, explained, extracted, type Input, lookUp, type Parts, split } from "./compare.ts";

const stock = new W3CTraceContextPropagator();
const IDS = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };
const TRACEPARENT = `00-${IDS.traceId}-${IDS.spanId}-01`;

const nothingHere = (ours: Parts, theirs: Parts) => ours.context === "none" && theirs.context === "found";
const nothingThere = (ours: Parts, theirs: Parts) => ours.context === "found" && theirs.context === "none";

const differences: Differences = {
  "names in any case": {
    parts: ["context", "traceState"],
    reason: "HTTP names have no case, and REST API events keep the client's spelling.",
    covers: (input, _, theirs) =>
      theirs.context === "none"
        ? lookUp(input, "traceparent").missed
        : lookUp(input, "tracestate").missed && theirs.traceState === undefined,
  },
  "traceparent values that contradict each other": {
    parts: ["context"],
    reason:
      "The specification wants a new trace; theirs takes the first of a list, or reads both as one version.",
    covers: (input, ours, theirs) =>
      new Set(traceparents(input)).size > 1 && traceparents(input).length > 1 && nothingHere(ours, theirs),
  },
  "traceparent values that agree": {
    parts: ["context"],
    reason: "A gateway that joins repeated headers took nothing away; theirs reads no joined value.",
    covers: (input, ours, theirs) =>
      new Set(traceparents(input)).size === 1 && traceparents(input).length > 1 && nothingThere(ours, theirs),
  },
  "a traceparent beside an empty one": {
    parts: ["context"],
    reason: "An empty header says nothing; theirs looks at the first only.",
    covers: (input, ours, theirs) =>
      [lookUp(input, "traceparent").value].flat()[0] === "" && nothingThere(ours, theirs),
  },
  "blanks around traceparent": {
    parts: ["context"],
    reason: "Optional white space may be of any length; theirs takes one character of it.",
    covers: (input, ours, theirs) =>
      /^\s{2}|\s{2}$/.test([lookUp(input, "traceparent").value].flat()[0]!) && nothingThere(ours, theirs),
  },
  "an illegal member voids tracestate": {
    parts: ["traceState"],
    reason: "The specification wants a list that cannot be parsed dropped whole; theirs drops the member.",
    covers: (input, ours) => members(input).some((member) => !legal(member)) && ours.traceState === undefined,
  },
  "more than 32 members void tracestate": {
    parts: ["traceState"],
    reason: "The specification's limit, checked by its harness; theirs keeps the first 32.",
    covers: (input, ours) => new Set(members(input).map(keyOf)).size > 32 && ours.traceState === undefined,
  },
  "a tracestate of more than 512 characters is passed on whole": {
    parts: ["traceState"],
    reason:
      "512 is what must at least be carried; theirs leaves out members beyond it, and other vendors' traces break.",
    covers: (input, ours) =>
      legalList(input) &&
      length(input) > 512 &&
      length(input) <= 8192 &&
      ours.traceState === firsts(members(input)),
  },
  "a tracestate of more than 8192 characters is dropped": {
    parts: ["traceState"],
    reason: "It would have to be sent on, and no gateway takes such a header; theirs cuts it.",
    covers: (input, ours) => length(input) > 8192 && ours.traceState === undefined,
  },
  "tracestate keys that level 1 does not know": {
    parts: ["traceState"],
    reason: "Level 2 allows a digit in front and any at sign behind it; theirs drops the member.",
    covers: (input, ours, theirs) => {
      const level1 = members(input).filter((member) => LEVEL_1.test(keyOf(member)));
      return (
        level1.length < members(input).length &&
        ours.traceState === firsts(members(input)) &&
        theirs.traceState === (level1.length > 0 ? lasts(level1) : undefined)
      );
    },
  },
  "a tracestate key that stands twice": {
    parts: ["traceState"],
    reason: "The nearest vendor's entry stands first; theirs takes the last value to the first's place.",
    covers: (input, ours, theirs) =>
      ours.traceState === firsts(members(input)) &&
      theirs.traceState === lasts(members(input)) &&
      ours.traceState !== theirs.traceState,
  },
  "flags of the future are not passed on": {
    parts: ["traceparent"],
    reason:
      "The specification wants unknown flags cleared; theirs passes them on, from 10 on as a field of three digits.",
    covers: (_, ours, theirs) =>
      /-0[0-3]$/.test(String(ours.traceparent)) &&
      /-0([4-9a-f]|[1-9a-f][0-9a-f])$/.test(String(theirs.traceparent)),
  },
  "an empty tracestate is not sent": {
    parts: ["tracestate"],
    reason: "The specification advises against it; theirs sends one for a list of which nothing was left.",
    covers: (_, ours, theirs) => ours.tracestate === undefined && theirs.tracestate === "",
  },
};

const members = (input: Input) => split(lookUp(input, "tracestate").value).filter((member) => member !== "");
const length = (input: Input) => [lookUp(input, "tracestate").value].flat().join(",").length;
const traceparents = (input: Input) =>
  split(lookUp(input, "traceparent").value).filter((part) => part !== "" || isText(input));
const isText = (input: Input) => typeof lookUp(input, "traceparent").value === "string";
const LEVEL_1 = /^(?:[a-z][a-z0-9_*/-]*|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})$/;
const keyOf = (member: string) => member.split("=", 1)[0]!;
const legalList = (input: Input) =>
  members(input).every(legal) && new Set(members(input).map(keyOf)).size <= 32;

/** The grammar of level 2, spelled out. */
function legal(member: string) {
  const [key = "", value, ...more] = member.split("=");
  if (value === undefined || more.length > 0) return false;
  if (!/^[a-z0-9][a-z0-9_*/@-]*$/.test(key) || key.length > 256) return false;
  return /^[ -~]+$/.test(value) && !value.endsWith(" ") && value.length <= 256;
}

/** Each key once, with its first value. */
function firsts(list: readonly string[]) {
  return [...new Map(list.toReversed().map((member) => [keyOf(member), member]))]
    .map(([key, member]) => [list.findIndex((other) => keyOf(other) === key), member] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, member]) => member)
    .join(",");
}

/** Each key once, at its first place, with its last value. */
function lasts(list: readonly string[]) {
  return [...new Map(list.map((member) => [keyOf(member), member])).values()].join(",");
}

function extractByStock(input: Input): SpanContext | undefined {
  return trace.getSpanContext(stock.extract(ROOT_CONTEXT, { ...input }, defaultTextMapGetter));
}

function toTraceContext(spanContext: SpanContext | undefined): TraceContext | undefined {
  if (!spanContext) return undefined;
  const { traceId, spanId, traceFlags, traceState } = spanContext;
  return {
    traceId,
    spanId,
    sampled: (traceFlags & 1) === 1,
    random: (traceFlags & 2) === 2,
    traceState: traceState?.serialize() || undefined,
  };
}

function injectByStock(spanContext: SpanContext): Record<string, string> {
  const carrier = {};
  stock.inject(trace.setSpanContext(ROOT_CONTEXT, spanContext), carrier, defaultTextMapSetter);
  return carrier;
}

/** Extracts the input, and passes on what was extracted, by both; says which differences showed. */
function compare(input: Input): string[] {
  const ours = w3c.read(headers(input));
  const theirs = extractByStock(input);
  const parts = [extracted(ours), extracted(toTraceContext(theirs))] as const;
  if (!ours || !theirs || !isDeepStrictEqual(...parts)) return explained(input, ...parts, differences);
  return explained(input, w3c.write(ours), injectByStock(theirs), differences);
}

const many = (count: number, value = "1") =>
  Array.from({ length: count }, (_, index) => `k${index}=${value}`);
const long: [string, Input][] = [
  ["32 members", { traceparent: TRACEPARENT, tracestate: many(32).join(",") }],
  ["33 members", { traceparent: TRACEPARENT, tracestate: many(33).join(",") }],
  ["33 members in two headers", { traceparent: TRACEPARENT, tracestate: [many(32).join(","), "z=1"] }],
  [
    "512 characters",
    { traceparent: TRACEPARENT, tracestate: `a=${"x".repeat(250)},b=${"x".repeat(257 - 2)},c=1` },
  ],
  [
    "513 characters",
    { traceparent: TRACEPARENT, tracestate: `a=${"x".repeat(250)},b=${"x".repeat(256)},cc=1` },
  ],
  ["7 kB", { traceparent: TRACEPARENT, tracestate: many(28, "x".repeat(250)).join(",") }],
  ["9 kB", { traceparent: TRACEPARENT, tracestate: `${" ".repeat(9000)}a=1` }],
  ["one megabyte", { traceparent: TRACEPARENT, tracestate: "a=1,".repeat(250_000) }],
  ["a key too long", { traceparent: TRACEPARENT, tracestate: `a=1,${"z".repeat(257)}=1` }],
  ["a value too long", { traceparent: TRACEPARENT, tracestate: `a=1,b=${"z".repeat(257)}` }],
];
const flags: [string, Input][] = Array.from({ length: 256 }, (_, bits) => {
  const written = bits.toString(16).padStart(2, "0");
  return [`flags ${written}`, { traceparent: `00-${IDS.traceId}-${IDS.spanId}-${written}` }];
});
const table = [
  ...vectors("w3c").map(({ name, headers }): [string, Input] => [name, headers]),
  ...long,
  ...flags,
];

test.each(table)("both agree, but for what is listed: %s", (_, input) => {
  compare(input);
});

test("every listed difference shows", () => {
  const shown = new Set(table.flatMap(([, input]) => compare(input)));
  expect([...shown].toSorted()).toEqual(Object.keys(differences).toSorted());
});

test("both agree, but for what is listed, on headers that are nearly valid", () => {
  const traceparents = fc.oneof(
    fc.constant(TRACEPARENT),
    mutations(
      decidedContexts.map((context) => w3c.write(context).traceparent!),
      "0123abcdefABCDEFg- \t,.",
    ),
  );
  const lists = fc.oneof(
    traceStates,
    mutations(traceStates, "abcXYZ019@=,_-*/. \té~!"),
    fc
      .array(fc.constantFrom("a=1", "b=2", "a=3", "1=a", "", " ", "t@v=1", "@=1", "b"), { maxLength: 40 })
      .map((list) => list.join(",")),
  );
  const inputs = fc
    .record({
      name: fc.oneof(fc.constant("traceparent"), anyCase("traceparent")),
      state: fc.oneof(fc.constant("tracestate"), anyCase("tracestate")),
      traceparent: fc.oneof(traceparents, fc.array(traceparents, { minLength: 1, maxLength: 2 })),
      tracestate: fc.oneof(lists, fc.array(lists, { maxLength: 3 })),
    })
    .map(({ name, state, traceparent, tracestate }) => ({ [name]: traceparent, [state]: tracestate }));
  fc.assert(
    fc.property(inputs, (input) => {
      compare(input);
    }),
    { numRuns: 5000 },
  );
});

test("both write the same headers for the same span, but for what is listed", () => {
  fc.assert(
    fc.property(decidedContexts, (context) => {
      const { traceId, spanId, sampled, random, traceState } = context;
      const spanContext = {
        traceId,
        spanId,
        traceFlags: (sampled ? 1 : 0) | (random ? 2 : 0),
        ...(traceState && { traceState: new TraceState(traceState) }),
      };
      const [ours, theirs] = [w3c.write(context), injectByStock(spanContext)];
      if ((traceState?.length ?? 0) <= 512) expect(ours).toEqual(theirs);
      else expect(ours).toMatchObject({ traceparent: theirs.traceparent, tracestate: traceState });
    }),
    { numRuns: 1000 },
  );
});
