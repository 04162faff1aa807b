import fc from "fast-check";
import type { TraceContext } from "../src/index.ts";

const hex = (bits: bigint) =>
  fc
    .bigInt({ min: 1n, max: 2n ** bits - 1n })
    .map((number) => number.toString(16).padStart(Number(bits) / 4, "0"));

// Datadog has no spelling for a lower half of zeros.
export const traceIds: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(hex(64n), hex(64n)).map((halves) => halves.join("")),
  hex(64n).map((low) => low.padStart(32, "0")),
);
export const spanIds: fc.Arbitrary<string> = hex(64n);

const from = (alphabet: string) => fc.constantFrom(...alphabet);
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)).join("");

const vendors = fc
  .string({ unit: from("abcxyz019_-*/"), minLength: 1, maxLength: 20 })
  .map((key) => `v${key}`);
const values = fc
  .string({ unit: from(PRINTABLE.replace(/[,=]/g, "")), minLength: 1, maxLength: 40 })
  .map((value) => `${value.trim()}!`);

/** The `dd=` member as Datadog's tracers write it, and as a careless one might. */
const datadogMembers = fc
  .array(
    fc.oneof(
      fc.constantFrom("s:-1", "s:0", "s:1", "s:2", "o:rum", "p:00f067aa0ba902b7", "t.dm:-4", "t.tid:ff"),
      fc.tuple(fc.constantFrom("o", "t.", "t.a b", "t.usr.id", "x"), values).map((pair) => pair.join(":")),
      values,
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(";").slice(0, 256).trimEnd());

/** Legal `tracestate` lists without repeated keys. */
export const traceStates: fc.Arbitrary<string> = fc
  .tuple(
    fc.uniqueArray(fc.tuple(vendors, values), { maxLength: 31, selector: ([key]) => key }),
    fc.option(datadogMembers, { nil: undefined }),
  )
  .map(([members, datadog]) => [...(datadog ? [["dd", datadog]] : []), ...members])
  .filter((members) => members.length > 0)
  .map((members) => members.map((member) => member.join("=")).join(","));

const fieldNames = fc.constantFrom("Lineage", "Self", "CalledFrom", "Rooted", "X");
/** X-Ray fields other than Root, Parent and Sampled. */
export const xrayFields: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(fieldNames, fc.string({ unit: from("0123456789abcdef:|-=") })).map((pair) => pair.join("=")),
    { minLength: 1, maxLength: 5 },
  )
  .map((fields) => fields.join(";"));

/** Contexts whose sampling decision was taken. */
export const decidedContexts: fc.Arbitrary<TraceContext> = fc.record(
  {
    traceId: traceIds,
    spanId: spanIds,
    sampled: fc.boolean(),
    random: fc.constant(true),
    traceState: traceStates,
    xrayFields,
  },
  { requiredKeys: ["traceId", "spanId", "sampled"] },
);

/** Names that reach into prototypes where objects are used carelessly as maps. */
export const POISON: readonly string[] = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
];

/** The text with a few characters put in, taken out or replaced: nearly valid. */
export function mutations(texts: fc.Arbitrary<string>, alphabet: string): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(),
    cut: fc.nat(2),
    put: fc.string({ unit: from(alphabet), maxLength: 3 }),
  });
  return fc.tuple(texts, fc.array(edit, { maxLength: 3 })).map(([text, edits]) =>
    edits.reduce((edited, { at, cut, put }) => {
      const start = at % (edited.length + 1);
      return edited.slice(0, start) + put + edited.slice(start + cut);
    }, text),
  );
}

/** The name with every letter in either case. */
export function anyCase(name: string): fc.Arbitrary<string> {
  return fc.mixedCase(fc.constant(name));
}
