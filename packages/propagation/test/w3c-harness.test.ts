import { expect, test } from "vitest";
import { headers, type TraceContext, w3c } from "../src/index.ts";

/**
 * What the W3C's own test harness demands of a service, demand by demand, as far as reading and writing decide it: the trace
 * goes on (`continues`) or a new one begins (`restarts`), and which members of `tracestate` go out again.
 *
 * @see https://github.com/w3c/trace-context/tree/main/test
 */
const TRACE = "12345678901234567890123456789012";
const SPAN = "1234567890123456";
const OWN_SPAN = "aaaaaaaaaaaaaaaa";

type Received = readonly (readonly [name: string, value: string])[];
const restarts = undefined;
const continues: readonly string[] = [];

const parent = (value: string): Received => [["traceparent", value]];
const state = (...lists: string[]): Received => [
  ["traceparent", `00-${TRACE}-${SPAN}-00`],
  ...lists.map((list): [string, string] => ["tracestate", list]),
];
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `bar${from + index}=${from + index}`);

test.each<[string, Received, readonly string[] | undefined]>([
  ["nothing received", [], restarts],
  ["a traceparent and no tracestate", parent(`00-${TRACE}-${SPAN}-01`), continues],
  [
    "traceparent twice, different",
    [...parent(`00-${TRACE}-${SPAN}-01`), ...parent(`00-${TRACE.replace("2", "3")}-${SPAN}-01`)],
    restarts,
  ],
  ["the wrong name trace-parent", [["trace-parent", `00-${TRACE}-${SPAN}-01`]], restarts],
  ["the wrong name trace.parent", [["trace.parent", `00-${TRACE}-${SPAN}-01`]], restarts],
  ["TraceParent", [["TraceParent", `00-${TRACE}-${SPAN}-01`]], continues],
  ["TrAcEpArEnT", [["TrAcEpArEnT", `00-${TRACE}-${SPAN}-01`]], continues],
  ["TRACEPARENT", [["TRACEPARENT", `00-${TRACE}-${SPAN}-01`]], continues],
  ["version 00 with a dot behind", parent(`00-${TRACE}-${SPAN}-01.`), restarts],
  ["version 00 with more behind", parent(`00-${TRACE}-${SPAN}-01-what-the-future-will-be-like`), restarts],
  ["version cc", parent(`cc-${TRACE}-${SPAN}-01`), continues],
  ["version cc with more behind", parent(`cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`), continues],
  [
    "version cc with more behind a dot",
    parent(`cc-${TRACE}-${SPAN}-01.what-the-future-will-be-like`),
    restarts,
  ],
  ["version ff", parent(`ff-${TRACE}-${SPAN}-01`), restarts],
  ["an illegal first character in the version", parent(`.0-${TRACE}-${SPAN}-01`), restarts],
  ["an illegal second character in the version", parent(`0.-${TRACE}-${SPAN}-01`), restarts],
  ["a version of three characters", parent(`000-${TRACE}-${SPAN}-01`), restarts],
  ["a version of four characters", parent(`0000-${TRACE}-${SPAN}-01`), restarts],
  ["a version of one character", parent(`0-${TRACE}-${SPAN}-01`), restarts],
  ["an all-zero trace id", parent(`00-${"0".repeat(32)}-${SPAN}-01`), restarts],
  ["an illegal first character in the trace id", parent(`00-.${TRACE.slice(1)}-${SPAN}-01`), restarts],
  ["an illegal last character in the trace id", parent(`00-${TRACE.slice(0, -1)}.-${SPAN}-01`), restarts],
  ["a trace id too long", parent(`00-${TRACE}3-${SPAN}-01`), restarts],
  ["a trace id too short", parent(`00-${TRACE.slice(0, -1)}-${SPAN}-01`), restarts],
  ["an all-zero parent id", parent(`00-${TRACE}-${"0".repeat(16)}-01`), restarts],
  ["an illegal first character in the parent id", parent(`00-${TRACE}-.${SPAN.slice(1)}-01`), restarts],
  ["an illegal last character in the parent id", parent(`00-${TRACE}-${SPAN.slice(0, -1)}.-01`), restarts],
  ["a parent id too long", parent(`00-${TRACE}-${SPAN}7-01`), restarts],
  ["a parent id too short", parent(`00-${TRACE}-${SPAN.slice(0, -1)}-01`), restarts],
  ["an illegal first character in the flags", parent(`00-${TRACE}-${SPAN}-.0`), restarts],
  ["an illegal second character in the flags", parent(`00-${TRACE}-${SPAN}-0.`), restarts],
  ["flags too long", parent(`00-${TRACE}-${SPAN}-001`), restarts],
  ["flags too short", parent(`00-${TRACE}-${SPAN}-1`), restarts],
  ["a space before", parent(` 00-${TRACE}-${SPAN}-01`), continues],
  ["a tab before", parent(`\t00-${TRACE}-${SPAN}-01`), continues],
  ["a space behind", parent(`00-${TRACE}-${SPAN}-01 `), continues],
  ["a tab behind", parent(`00-${TRACE}-${SPAN}-01\t`), continues],
  ["tabs and spaces around", parent(`\t 00-${TRACE}-${SPAN}-01 \t`), continues],

  ["tracestate without traceparent", [["tracestate", "foo=1,bar=2"]], restarts],
  ["tracestate with traceparent", state("foo=1,bar=2"), ["foo=1", "bar=2"]],
  ["the wrong name trace-state", [...state(), ["trace-state", "foo=1"]], []],
  ["the wrong name trace.state", [...state(), ["trace.state", "foo=1"]], []],
  ["TraceState", [...state(), ["TraceState", "foo=1"]], ["foo=1"]],
  ["TrAcEsTaTe", [...state(), ["TrAcEsTaTe", "foo=1"]], ["foo=1"]],
  ["TRACESTATE", [...state(), ["TRACESTATE", "foo=1"]], ["foo=1"]],
  ["an empty tracestate", state(""), []],
  ["an empty tracestate behind another", state("foo=1", ""), ["foo=1"]],
  ["an empty tracestate before another", state("", "foo=1"), ["foo=1"]],
  [
    "several tracestate headers: all members in their order",
    state("foo=1,bar=2", "rojo=1,congo=2", "baz=3"),
    ["foo=1", "bar=2", "rojo=1", "congo=2", "baz=3"],
  ],
  ["a key twice", state("foo=1,foo=1"), ["foo=1"]],
  ["a key twice with different values", state("foo=1,foo=2"), ["foo=1"]],
  ["a key in two headers", state("foo=1", "foo=1"), ["foo=1"]],
  ["a key in two headers with different values", state("foo=1", "foo=2"), ["foo=1"]],
  ["every character a key can have", ...same(`abcdefghijklmnopqrstuvwxyz0123456789_-*/=${legalValue()}`)],
  [
    "every character a tenant and vendor can have",
    ...same(`abcdefghijklmnopqrstuvwxyz0123456789_-*/@a-z0-9_-*/=${legalValue()}`),
  ],
  ["blanks around commas", state("foo=1 \t , \t bar=2, \t baz=3"), ["foo=1", "bar=2", "baz=3"]],
  ["more blanks around commas", state("foo=1\t \t,\t \tbar=2,\t \tbaz=3"), ["foo=1", "bar=2", "baz=3"]],
  ["a space before tracestate", state(" foo=1"), ["foo=1"]],
  ["a tab before tracestate", state("\tfoo=1"), ["foo=1"]],
  ["a space behind tracestate", state("foo=1 "), ["foo=1"]],
  ["a tab behind tracestate", state("foo=1\t"), ["foo=1"]],
  ["tabs and spaces around tracestate", state("\t foo=1 \t"), ["foo=1"]],
  ["a key with a space", state("foo =1"), []],
  ["a key in upper case", state("FOO=1"), []],
  ["a key with a dot", state("foo.bar=1"), []],
  ["a vendor without a name", state("foo@=1,bar=2"), []],
  ["a tenant without a name", state("@foo=1,bar=2"), []],
  ["two at signs together", state("foo@@bar=1,bar=2"), []],
  ["two at signs apart", state("foo@bar@baz=1,bar=2"), []],
  ["32 members", state(numbered(1, 10).join(","), numbered(11, 32).join(",")), numbered(1, 32)],
  ["33 members", state(numbered(1, 10).join(","), numbered(11, 33).join(",")), []],
  ["a key of 256 characters", state("foo=1", `${"z".repeat(256)}=1`), ["foo=1", `${"z".repeat(256)}=1`]],
  ["a key of 257 characters", state("foo=1", `${"z".repeat(257)}=1`), []],
  [
    "a tenant of 241 and a vendor of 14 characters",
    state("foo=1", `${"t".repeat(241)}@${"v".repeat(14)}=1`),
    ["foo=1", `${"t".repeat(241)}@${"v".repeat(14)}=1`],
  ],
  ["a tenant of 242 characters", state("foo=1", `${"t".repeat(242)}@v=1`), []],
  ["a vendor of 15 characters", state("foo=1", `t@${"v".repeat(15)}=1`), []],
  ["a value with an equals sign", state("foo=bar=baz"), []],
  ["an empty value", state("foo=,bar=3"), []],
])("%s", (_, received, sentOn) => {
  const context = serve(received);
  if (sentOn === restarts) return expect(context).toBeUndefined();
  const child = w3c.write({ ...context!, spanId: OWN_SPAN });
  expect(child.traceparent).toMatch(new RegExp(`^00-${TRACE}-${OWN_SPAN}-0[01]$`));
  expect(child.tracestate?.split(",") ?? []).toEqual(sentOn);
});

test("three calls of one request are three spans of its trace", () => {
  const context = serve(parent(`00-${TRACE}-${SPAN}-01`))!;
  const sent = ["1", "2", "3"].map(
    (digit) => w3c.write({ ...context, spanId: digit.repeat(16) }).traceparent,
  );
  expect(new Set(sent).size).toBe(3);
  for (const traceparent of sent) expect(traceparent).toContain(TRACE);
});

/** A service: repeated headers become lists, as gateways deliver them. */
function serve(received: Received): TraceContext | undefined {
  const map: Record<string, string[]> = {};
  for (const [name, value] of received) map[name] = [...(map[name] ?? []), value];
  return w3c.read(headers(map));
}

function same(member: string): [Received, readonly string[]] {
  return [state(member), [member]];
}

function legalValue() {
  const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)).join("");
  return printable.replace(",", "").replace("=", "");
}
