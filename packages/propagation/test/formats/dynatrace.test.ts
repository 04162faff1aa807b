import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dynatrace, dynatraceFor, extract, getMember, headers, inject, w3c } from "../../src/index.ts";
import { decidedContexts, traceStates } from "../arbitraries.ts";
import { formatContract } from "../contract.ts";
import { vectors } from "../vectors.ts";

const IDS = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "53995c3f42cd8ad8" };
const OWNER = { tenant: "jmw13303", cluster: -1076712821 };
const KEY = "4d10bede-bfd2aa8b@dt";
const ours = dynatraceFor(OWNER);

describe("for a tenant and its cluster", () => {
  formatContract(ours, {
    keeps: ({ sampled, random }) => ({ sampled, ...(random && { random }) }),
  });
});

test.each(vectors("dynatrace"))("reads $name for nobody in particular too", ({ headers: map, context }) => {
  expect(dynatrace.read(headers(map))).toEqual(context);
});

test("writes nothing where no tenant is known", () => {
  expect(dynatrace.write({ ...IDS, sampled: true })).toEqual({});
});

test.each([
  ["a trace that is kept", { sampled: true }, "01", "0", "0;0"],
  ["an open decision, which is none to leave out", { sampled: undefined }, "00", "0", "0;0"],
  ["a trace that is left out", { sampled: false }, "00", "-2147483648", "1;0"],
])("writes %s", (_, decision, flags, link, state) => {
  expect(ours.write({ ...IDS, ...decision })).toEqual({
    traceparent: `00-${IDS.traceId}-${IDS.spanId}-${flags}`,
    tracestate: `${KEY}=fw4;0;0;0;0;${state};0;74ea;7h${IDS.spanId}`,
    "x-dynatrace": `FW4;-1076712821;0;0;0;${link};1292943070;0;ae29;6h${IDS.traceId};7h${IDS.spanId}`,
  });
});

test("what the trace's first tag chose for all of it is written again", () => {
  const traceState = `a=1,${KEY}=fw4;1;2;3;4;0;3;147`;
  const { tracestate, "x-dynatrace": header } = ours.write({ ...IDS, sampled: true, traceState });
  expect(tracestate).toMatch(/^4d10bede-bfd2aa8b@dt=fw4;0;0;0;0;0;3;147;.*,a=1$/);
  expect(header).toMatch(/^FW4;-1076712821;0;0;0;402653184;1292943070;327;/);
});

test("another tenant's member stays where it is", () => {
  const other = "1-1@dt=fw4;0;0;0;0;0;0;0";
  const { tracestate } = ours.write({ ...IDS, sampled: true, traceState: `a=1,${other},b=2` });
  expect(tracestate).toMatch(new RegExp(`^${KEY}=[^,]*,a=1,${other},b=2$`));
});

test("other vendors' members go through untouched and in their order", () => {
  fc.assert(
    fc.property(decidedContexts, traceStates, (context, traceState) => {
      const sent = inject({ ...context, traceState }, [w3c, ours]);
      const found = extract(headers(sent))!.context;
      const sentOn = inject(found, [w3c, ours]).tracestate!.split(",");
      expect(sentOn[0]).toMatch(/^4d10bede-bfd2aa8b@dt=fw4;/);
      expect(sentOn.slice(1)).toEqual(traceState.split(",").slice(0, 31));
    }),
  );
});

test("its member is read back as the same context, from W3C's headers alone", () => {
  fc.assert(
    fc.property(decidedContexts, ({ traceId, spanId, sampled }) => {
      const { "x-dynatrace": _, ...sent } = ours.write({ traceId, spanId, sampled });
      expect(dynatrace.read(headers(sent))).toMatchObject({ traceId, spanId, sampled });
      expect(getMember(sent.tracestate, KEY)).toContain(`;7h${spanId}`);
    }),
  );
});

test.each<[string, object, RegExp]>([
  ["no tenant", { ...OWNER, tenant: "" }, /tenant: "".*environment's id/],
  ["a tenant that is no text", { ...OWNER, tenant: 5 }, /tenant: 5.*environment's id/],
  ["no cluster", { tenant: "jmw13303" }, /cluster: undefined.*32-bit integer/],
  ["cluster 0", { ...OWNER, cluster: 0 }, /cluster: 0.*32-bit integer/],
  ["a cluster with a fraction", { ...OWNER, cluster: 1.5 }, /cluster: 1.5.*32-bit integer/],
  ["a cluster beyond 32 bits", { ...OWNER, cluster: 2 ** 32 }, /cluster: 4294967296.*32-bit integer/],
])("%s is refused at set-up", (_, options, message) => {
  const wrong = () => dynatraceFor(options as typeof OWNER);
  expect(wrong).toThrow(TypeError);
  expect(wrong).toThrow(message);
});

test("a cluster may be written without its sign", () => {
  const context = { ...IDS, sampled: true };
  expect(dynatraceFor({ ...OWNER, cluster: 0xbfd2aa8b }).write(context)).toEqual(ours.write(context));
});

test.each([["x-dynatrace"], ["dtdtracetaginfo"], ["tracestate"]])(
  "a megabyte of %s throws nothing",
  (key) => {
    for (const text of [";", "FW4;1;", "fw4;", "1-1@dt=fw4;", "0", ";1h00"]) {
      const long = text.repeat(1_000_000 / text.length);
      for (const value of [long, `FW4;1;2;3;4;5;6;7;0000${long}`, `1-1@dt=fw4;1;2;3;4;0;0;7;0000${long}`])
        expect(dynatrace.read(headers({ [key]: value }))).toBeUndefined();
    }
  },
);
