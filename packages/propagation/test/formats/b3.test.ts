import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { b3, b3Multi, headers } from "../../src/index.ts";
import { decidedContexts } from "../arbitraries.ts";
import { formatContract } from "../contract.ts";
import { vectors } from "../vectors.ts";

const IDS = { traceId: "80f198ee56343ba864fe8b2a57d3eff7", spanId: "e457b5a2e4d86bd1" };

formatContract(b3, { keeps: ({ sampled }) => ({ sampled }) });

describe("in several headers", () => {
  formatContract(b3Multi, { keeps: ({ sampled }) => ({ sampled }), vectors: vectors("b3") });
});

test.each([
  [true, "-1", { "x-b3-sampled": "1" }],
  [false, "-0", { "x-b3-sampled": "0" }],
  [undefined, "", {}],
])("the decision %s is written", (sampled, behind, beside) => {
  expect(b3.write({ ...IDS, sampled })).toEqual({ b3: `${IDS.traceId}-${IDS.spanId}${behind}` });
  expect(b3Multi.write({ ...IDS, sampled })).toEqual({
    "x-b3-traceid": IDS.traceId,
    "x-b3-spanid": IDS.spanId,
    ...beside,
  });
});

test("an open decision stays open", () => {
  const open = { ...IDS, sampled: undefined };
  for (const format of [b3, b3Multi]) expect(format.read(headers(format.write(open)))).toEqual(open);
});

test("both spellings say the same", () => {
  fc.assert(
    fc.property(decidedContexts, (context) => {
      expect(b3.read(headers(b3Multi.write(context)))).toEqual(b3.read(headers(b3.write(context))));
    }),
  );
});

test.each([["b3"], ["x-b3-traceid"], ["x-b3-spanid"], ["x-b3-sampled"], ["x-b3-flags"]])(
  "a megabyte of %s throws nothing",
  (key) => {
    for (const unit of ["0", "-", "d", " ", ","]) {
      const map = { "x-b3-traceid": IDS.traceId, "x-b3-spanid": IDS.spanId, [key]: unit.repeat(1_000_000) };
      expect(() => b3.read(headers(map))).not.toThrow();
    }
  },
);
