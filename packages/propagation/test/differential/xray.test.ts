import { isDeepStrictEqual } from "node:util";
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from "@opentelemetry/api";
import { AWSXRayPropagator } from "@opentelemetry/propagator-aws-xray";
import fc from "fast-check";
import { expect, test } from "vitest";
import { headers, type TraceContext, xray } from "../../src/index.ts";
import { anyCase, decidedContexts, mutations } from "../arbitraries.ts";
import { vectors } from "../vectors.ts";
import { type Differences, explained, extracted, type Input, lookUp, type Parts, split } from "./compare.ts";

const stock = new AWSXRayPropagator();
const ROOT = "Root=1-5ce31dc2-2c779014b90ce44db5e03875";
const PARENT = "Parent=0b11cc4230d3e09e";

const onlyHere = (ours: Parts, theirs: Parts) => ours.context === "found" && theirs.context === "none";
const onlyThere = (ours: Parts, theirs: Parts) => ours.context === "none" && theirs.context === "found";

const differences: Differences = {
  "no decision is no reason to drop the context": {
    parts: ["context"],
    reason:
      "AWS writes `?` or no Sampled where the decision is open; the trace goes on all the same. Theirs starts a new one.",
    covers: (input, ours, theirs) => onlyHere(ours, theirs) && !/^[01]$/.test(last(input, "sampled") ?? ""),
  },
  "Sampled=0 leaves the decision open": {
    parts: ["sampled"],
    reason:
      "Lambda writes it wherever X-Ray is off; obeyed, it makes every span vanish. `xrayHonored` obeys it.",
    covers: (input, ours, theirs) =>
      last(input, "sampled") === "0" && ours.sampled === undefined && theirs.sampled === false,
  },
  "ids in upper case are lower-cased": {
    parts: ["traceId", "spanId"],
    reason: "W3C ids are lower case; theirs keeps the spelling, so that one trace becomes two.",
    covers: (_, ours, theirs) =>
      ours.traceId === String(theirs.traceId).toLowerCase() &&
      ours.spanId === String(theirs.spanId).toLowerCase(),
  },
  "field names in any case": {
    parts: ["context", "sampled"],
    reason: "Be liberal in what you accept; theirs knows one spelling.",
    covers: (input) =>
      fields(input).some(({ name }) => KNOWN.includes(name.toLowerCase()) && !EXACT.includes(name)),
  },
  "names that begin like known ones are other fields": {
    parts: ["context", "sampled", "traceId", "spanId"],
    reason: "Rooted is not Root; theirs compares the beginning of a name.",
    covers: (input) =>
      fields(input).some(
        ({ text, name }) => EXACT.some((known) => text.startsWith(known)) && !EXACT.includes(name),
      ),
  },
  "blanks behind an equals sign": {
    parts: ["context", "sampled"],
    reason: "Be liberal in what you accept; theirs trims fields, not values.",
    covers: (input) => fields(input).some(({ value }) => value !== undefined && value !== value.trimStart()),
  },
  "a known name without a value says nothing": {
    parts: ["context"],
    reason: "The field that had a value stands; theirs forgets it.",
    covers: (input, ours, theirs) =>
      onlyHere(ours, theirs) &&
      fields(input).some(({ text, value }) => EXACT.includes(text) && value === undefined),
  },
  "other fields are kept": {
    parts: ["xrayFields"],
    reason: "Lineage is Lambda's guard against recursive loops; theirs loses it on the way through.",
    covers: (_, ours, theirs) => ours.xrayFields !== undefined && theirs.xrayFields === undefined,
  },
  "headers that contradict each other": {
    parts: ["context"],
    reason: "Two parents are none, as with traceparent; theirs takes the first of a list.",
    covers: (input, ours, theirs) => onlyThere(ours, theirs) && new Set(split(header(input))).size > 1,
  },
  "a header beside an empty one": {
    parts: ["context"],
    reason: "An empty header says nothing; theirs looks at the first only.",
    covers: (input, ours, theirs) => onlyHere(ours, theirs) && [header(input)].flat()[0] === "",
  },
  "a header of more than 8192 characters is none": {
    parts: ["context"],
    reason: "What else it has would have to be sent on, and no gateway takes such a header.",
    covers: (input, ours, theirs) =>
      onlyThere(ours, theirs) && [header(input)].flat().join(",").length > 8192,
  },
  "an open decision is passed on as open": {
    parts: ["x-amzn-trace-id"],
    reason:
      "Whoever comes next decides; an OpenTelemetry span context cannot say it, so theirs writes Sampled=0.",
    covers: (_, ours, theirs) =>
      ids(ours) === ids(theirs) &&
      written(ours).includes(";Sampled=?") &&
      written(theirs).endsWith(";Sampled=0"),
  },
  "other fields are passed on": {
    parts: ["x-amzn-trace-id"],
    reason: "Lineage is Lambda's guard against recursive loops; theirs writes three fields.",
    covers: (_, ours, theirs) =>
      ids(ours) === ids(theirs) &&
      written(ours).split(";").length > 3 &&
      written(theirs).split(";").length === 3,
  },
};

const EXACT = ["Root", "Parent", "Sampled"];
const KNOWN = EXACT.map((name) => name.toLowerCase());
const header = (input: Input) => lookUp(input, "x-amzn-trace-id").value;
const written = (parts: Parts) => String(parts["x-amzn-trace-id"]);

const ids = (parts: Parts) => written(parts).split(";", 2).join(";");

/** The fields of the first header, in their order. */
function fields(input: Input) {
  const first = split(header(input)).find((value) => value !== "") ?? "";
  return first.split(";").map((part) => {
    const text = part.trim();
    const [name = "", ...value] = text.split("=");
    return { text, name: name.trim(), value: value.length > 0 ? value.join("=") : undefined };
  });
}

/** The value of the last field of that name, in any case. */
function last(input: Input, name: string) {
  const found = fields(input).findLast(
    (field) => field.name.toLowerCase() === name && field.value !== undefined,
  );
  return found?.value?.trim();
}

function extractByStock(input: Input): SpanContext | undefined {
  return trace.getSpanContext(stock.extract(ROOT_CONTEXT, { ...input }, defaultTextMapGetter));
}

function toTraceContext(spanContext: SpanContext | undefined): TraceContext | undefined {
  if (!spanContext) return undefined;
  const { traceId, spanId, traceFlags } = spanContext;
  return { traceId, spanId, sampled: (traceFlags & 1) === 1 };
}

function injectByStock(spanContext: SpanContext): Record<string, string> {
  const carrier = {};
  stock.inject(trace.setSpanContext(ROOT_CONTEXT, spanContext), carrier, defaultTextMapSetter);
  return carrier;
}

/** Extracts the input, and passes on what was extracted, by both; says which differences showed. */
function compare(input: Input): string[] {
  const ours = xray.read(headers(input));
  const theirs = extractByStock(input);
  const parts = [extracted(ours), extracted(toTraceContext(theirs))] as const;
  const shown = explained(input, ...parts, differences);
  if (!ours || !theirs) return shown;
  const { traceId, spanId, sampled = false } = ours;
  if (!isDeepStrictEqual(toTraceContext(theirs), { traceId, spanId, sampled })) return shown;
  return [...shown, ...explained(input, xray.write(ours), injectByStock(theirs), differences)];
}

const table: [string, Input][] = [
  ...vectors("xray").map(({ name, headers }): [string, Input] => [name, headers]),
  ["a name in lower case alone", { "x-amzn-trace-id": `${ROOT};parent=0b11cc4230d3e09e;Sampled=1` }],
  ["Rooted behind Root", { "x-amzn-trace-id": `${ROOT};${PARENT};Sampled=1;Rooted=1` }],
  ["a blank behind Sampled=", { "x-amzn-trace-id": `${ROOT};${PARENT};Sampled= 1` }],
  ["Root again without a value", { "x-amzn-trace-id": `${ROOT};${PARENT};Sampled=1;Root` }],
  [
    "the same header twice, joined",
    { "x-amzn-trace-id": `${ROOT};${PARENT};Sampled=1,${ROOT};${PARENT};Sampled=1` },
  ],
  ["a header beside an empty one", { "x-amzn-trace-id": ["", `${ROOT};${PARENT};Sampled=1`] }],
  [
    "a header of one megabyte",
    { "x-amzn-trace-id": `${ROOT};${PARENT};Sampled=1;X=${"x".repeat(1_000_000)}` },
  ],
];

test.each(table)("both agree, but for what is listed: %s", (_, input) => {
  compare(input);
});

test("every listed difference shows", () => {
  const shown = new Set(table.flatMap(([, input]) => compare(input)));
  expect([...shown].toSorted()).toEqual(Object.keys(differences).toSorted());
});

test("both agree, but for what is listed, on headers that are nearly valid", () => {
  const valid = decidedContexts.map((context) => xray.write(context)["x-amzn-trace-id"]!);
  const loose = fc
    .shuffledSubarray(
      [
        ROOT,
        PARENT,
        "Sampled=1",
        "Sampled=0",
        "Sampled=?",
        "Sampled",
        "Root",
        "Rooted=1",
        "Self=1-a",
        "root=1",
        " ",
        "Lineage=1:a:0",
      ],
      { minLength: 3 },
    )
    .map((fields) => fields.join(";"));
  const values = fc.oneof(valid, loose, mutations(fc.oneof(valid, loose), "0aAfF1-=;: \tRPSroots?,"));
  const inputs = fc
    .tuple(anyCase("x-amzn-trace-id"), fc.oneof(values, fc.array(values, { maxLength: 2 })))
    .map(([name, value]) => ({ [name]: value }));
  fc.assert(
    fc.property(inputs, (input) => {
      compare(input);
    }),
    { numRuns: 5000 },
  );
});

test("both write the same headers for the same span", () => {
  fc.assert(
    fc.property(decidedContexts, ({ traceId, spanId, sampled }) => {
      const theirs = injectByStock({ traceId, spanId, traceFlags: sampled ? 1 : 0 });
      expect(xray.write({ traceId, spanId, sampled })).toEqual(theirs);
    }),
  );
});
