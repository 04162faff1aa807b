import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startService } from "./service.ts";

/**
 * The service as the W3C's own suite drives it: a request with odd headers, and a look at what the service sends on. Cases bear
 * the names of the suite's tests; what they ask for is told from the specification.
 *
 * @see https://www.w3.org/TR/trace-context-2/
 */
const TRACE = "12345678901234567890123456789012";
const SPAN = "1234567890123456";
const OTHER = "a2345678901234567890123456789012";

type Received = readonly (readonly [name: string, value: string])[];
/** The members that go on in `tracestate`, in their order; `undefined` where a new trace begins. */
type SentOn = readonly string[] | undefined;
type Case = readonly [what: string, received: Received, sentOn: SentOn];

const restarts: SentOn = undefined;
const continues: SentOn = [];

const parent = (...values: string[]): Received => values.map((value) => ["traceparent", value]);
const state = (...lists: string[]): Received => [
  ["traceparent", `00-${TRACE}-${SPAN}-00`],
  ...lists.map((list): [string, string] => ["tracestate", list]),
];
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `bar${from + index}=${from + index}`);
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)).join("");
const VALUE = PRINTABLE.replace(/[,=]/g, "");
const KEY = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";

const suite: Readonly<Record<string, readonly Case[]>> = {
  test_both_traceparent_and_tracestate_missing: [["nothing begins a trace", [], restarts]],
  test_traceparent_included_tracestate_missing: [
    ["a traceparent alone", parent(`00-${TRACE}-${SPAN}-01`), continues],
  ],
  test_traceparent_duplicated: [
    ["two traces", parent(`00-${TRACE}-${SPAN}-01`, `00-${OTHER}-${SPAN}-01`), restarts],
    [
      "two spans of one trace",
      parent(`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-a${SPAN.slice(1)}-01`),
      restarts,
    ],
    ["two in one header", parent(`00-${TRACE}-${SPAN}-01,00-${OTHER}-${SPAN}-01`), restarts],
  ],
  test_traceparent_header_name: [
    ["a dash in the name", [["trace-parent", `00-${TRACE}-${SPAN}-01`]], restarts],
    ["a dot in the name", [["trace.parent", `00-${TRACE}-${SPAN}-01`]], restarts],
  ],
  test_traceparent_header_name_valid_casing: ["TraceParent", "TrAcEpArEnT", "TRACEPARENT"].map((name) => [
    name,
    [[name, `00-${TRACE}-${SPAN}-01`]],
    continues,
  ]),
  test_traceparent_version_0x00: [
    ["a dot behind", parent(`00-${TRACE}-${SPAN}-01.`), restarts],
    ["a dash behind", parent(`00-${TRACE}-${SPAN}-01-`), restarts],
    ["more behind", parent(`00-${TRACE}-${SPAN}-01-what-the-future-will-be-like`), restarts],
  ],
  test_traceparent_version_0xcc: [
    ["a version of the future", parent(`cc-${TRACE}-${SPAN}-01`), continues],
    ["more behind a dash", parent(`cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`), continues],
    ["more behind a dot", parent(`cc-${TRACE}-${SPAN}-01.what-the-future-will-be-like`), restarts],
  ],
  test_traceparent_version_0xff: [["the forbidden version", parent(`ff-${TRACE}-${SPAN}-01`), restarts]],
  test_traceparent_version_illegal_characters: [".0", "0.", "0A", "zz"].map((version) => [
    version,
    parent(`${version}-${TRACE}-${SPAN}-01`),
    restarts,
  ]),
  test_traceparent_version_too_long: ["000", "0000"].map((version) => [
    version,
    parent(`${version}-${TRACE}-${SPAN}-01`),
    restarts,
  ]),
  test_traceparent_version_too_short: [["one digit", parent(`0-${TRACE}-${SPAN}-01`), restarts]],
  test_traceparent_trace_id_all_zero: [["zeros", parent(`00-${"0".repeat(32)}-${SPAN}-01`), restarts]],
  test_traceparent_trace_id_illegal_characters: [
    ["the first", parent(`00-.${TRACE.slice(1)}-${SPAN}-01`), restarts],
    ["the last", parent(`00-${TRACE.slice(1)}.-${SPAN}-01`), restarts],
    ["upper case", parent(`00-A${TRACE.slice(1)}-${SPAN}-01`), restarts],
  ],
  test_traceparent_trace_id_too_long: [["33 digits", parent(`00-${TRACE}3-${SPAN}-01`), restarts]],
  test_traceparent_trace_id_too_short: [["31 digits", parent(`00-${TRACE.slice(1)}-${SPAN}-01`), restarts]],
  test_traceparent_parent_id_all_zero: [["zeros", parent(`00-${TRACE}-${"0".repeat(16)}-01`), restarts]],
  test_traceparent_parent_id_illegal_characters: [
    ["the first", parent(`00-${TRACE}-.${SPAN.slice(1)}-01`), restarts],
    ["the last", parent(`00-${TRACE}-${SPAN.slice(1)}.-01`), restarts],
  ],
  test_traceparent_parent_id_too_long: [["17 digits", parent(`00-${TRACE}-${SPAN}7-01`), restarts]],
  test_traceparent_parent_id_too_short: [["15 digits", parent(`00-${TRACE}-${SPAN.slice(1)}-01`), restarts]],
  test_traceparent_trace_flags_illegal_characters: [".0", "0."].map((flags) => [
    flags,
    parent(`00-${TRACE}-${SPAN}-${flags}`),
    restarts,
  ]),
  test_traceparent_trace_flags_too_long: [["three digits", parent(`00-${TRACE}-${SPAN}-001`), restarts]],
  test_traceparent_trace_flags_too_short: [["one digit", parent(`00-${TRACE}-${SPAN}-1`), restarts]],
  test_traceparent_ows_handling: [
    ["a space before", parent(` 00-${TRACE}-${SPAN}-01`), continues],
    ["a tab before", parent(`\t00-${TRACE}-${SPAN}-01`), continues],
    ["a space behind", parent(`00-${TRACE}-${SPAN}-01 `), continues],
    ["a tab behind", parent(`00-${TRACE}-${SPAN}-01\t`), continues],
    ["tabs and spaces around", parent(`\t 00-${TRACE}-${SPAN}-01 \t`), continues],
  ],
  test_tracestate_included_traceparent_missing: [
    ["a list alone is nobody's", [["tracestate", "foo=1,bar=2"]], restarts],
  ],
  test_tracestate_included_traceparent_included: [
    ["both", state("foo=1,bar=2"), ["foo=1", "bar=2"]],
    ["a broken parent takes the list with it", [...parent("00-zz"), ["tracestate", "foo=1"]], restarts],
  ],
  test_tracestate_header_name: [
    ["a dash in the name", [...state(), ["trace-state", "foo=1"]], []],
    ["a dot in the name", [...state(), ["trace.state", "foo=1"]], []],
  ],
  test_tracestate_header_name_valid_casing: ["TraceState", "TrAcEsTaTe", "TRACESTATE"].map((name) => [
    name,
    [...state(), [name, "foo=1"]],
    ["foo=1"],
  ]),
  test_tracestate_empty_header: [
    ["alone", state(""), []],
    ["behind another", state("foo=1", ""), ["foo=1"]],
    ["before another", state("", "foo=1"), ["foo=1"]],
  ],
  test_tracestate_multiple_headers_different_keys: [
    [
      "all members, in their order",
      state("foo=1,bar=2", "rojo=1,congo=2", "baz=3"),
      ["foo=1", "bar=2", "rojo=1", "congo=2", "baz=3"],
    ],
  ],
  test_tracestate_duplicated_keys: [
    ["the same value", state("foo=1,foo=1"), ["foo=1"]],
    ["another value", state("foo=1,foo=2"), ["foo=1"]],
    ["the same value in another header", state("foo=1", "foo=1"), ["foo=1"]],
    ["another value in another header", state("foo=1", "foo=2"), ["foo=1"]],
  ],
  test_tracestate_all_allowed_characters: [
    ["of a key", state(`${KEY}=${VALUE}`), [`${KEY}=${VALUE}`]],
    ["of a tenant and vendor", state(`${KEY}@a-z0-9_-*/=${VALUE}`), [`${KEY}@a-z0-9_-*/=${VALUE}`]],
  ],
  test_tracestate_ows_handling: [
    ["around commas", state("foo=1 \t , \t bar=2, \t baz=3"), ["foo=1", "bar=2", "baz=3"]],
    ["more around commas", state("foo=1\t \t,\t \tbar=2,\t \tbaz=3"), ["foo=1", "bar=2", "baz=3"]],
    ["a space before", state(" foo=1"), ["foo=1"]],
    ["a tab before", state("\tfoo=1"), ["foo=1"]],
    ["a space behind", state("foo=1 "), ["foo=1"]],
    ["a tab behind", state("foo=1\t"), ["foo=1"]],
    ["tabs and spaces around", state("\t foo=1 \t"), ["foo=1"]],
  ],
  test_tracestate_key_illegal_characters: [
    ["a space", state("foo =1"), []],
    ["upper case", state("FOO=1"), []],
    ["a dot", state("foo.bar=1"), []],
  ],
  test_tracestate_key_illegal_vendor_format: [
    ["an at sign at the end", state("foo@=1,bar=2"), ["foo@=1", "bar=2"]],
    ["an at sign at the beginning", state("@foo=1,bar=2"), []],
    ["two at signs together", state("foo@@bar=1,bar=2"), ["foo@@bar=1", "bar=2"]],
    ["two at signs apart", state("foo@bar@baz=1,bar=2"), ["foo@bar@baz=1", "bar=2"]],
  ],
  test_tracestate_member_count_limit: [
    ["32", state(numbered(1, 10).join(","), numbered(11, 32).join(",")), numbered(1, 32)],
    ["33", state(numbered(1, 10).join(","), numbered(11, 33).join(",")), []],
  ],
  test_tracestate_key_length_limit: [
    ["256", state("foo=1", `${"z".repeat(256)}=1`), ["foo=1", `${"z".repeat(256)}=1`]],
    ["257", state("foo=1", `${"z".repeat(257)}=1`), []],
    [
      "256, of which 14 behind an at sign",
      state("foo=1", `${"t".repeat(241)}@${"v".repeat(14)}=1`),
      ["foo=1", `${"t".repeat(241)}@${"v".repeat(14)}=1`],
    ],
    ["242 before an at sign", state("foo=1", `${"t".repeat(242)}@v=1`), ["foo=1", `${"t".repeat(242)}@v=1`]],
    ["15 behind an at sign", state("foo=1", `t@${"v".repeat(15)}=1`), ["foo=1", `t@${"v".repeat(15)}=1`]],
  ],
  test_tracestate_value_illegal_characters: [
    ["an equals sign", state("foo=bar=baz"), []],
    ["none at all", state("foo=,bar=3"), []],
  ],
};

let service: Awaited<ReturnType<typeof startService>>;
let url: string;
const calls: { headers: IncomingHttpHeaders; body: unknown }[] = [];
const harness = createServer(async (incoming, response) => {
  calls.push({ headers: incoming.headers, body: await json(incoming) });
  response.end();
});

beforeAll(async () => {
  service = await startService(0);
  harness.listen(0, "127.0.0.1");
  await once(harness, "listening");
  url = `http://127.0.0.1:${(harness.address() as AddressInfo).port}/callback`;
});

afterAll(() => {
  service.close();
  harness.close().closeAllConnections();
});

describe.each(Object.entries(suite))("%s", (_, cases) => {
  test.each(cases)("%s", async (_what, received, sentOn) => {
    const [call] = await drive(received, [{ url, arguments: [] }]);
    const { trace, span } = parse(call!.headers);
    if (sentOn === restarts) {
      expect([TRACE, OTHER]).not.toContain(trace);
      expect(call!.headers.tracestate).toBeUndefined();
    } else {
      expect(trace).toBe(TRACE);
      expect(call!.headers.tracestate?.toString().split(",") ?? []).toEqual(sentOn);
    }
    expect(span).not.toBe(SPAN);
  });
});

describe("several calls of one request", () => {
  const three = () => ["1", "2", "3"].map((name) => ({ url, arguments: [{ name }] }));

  test.each<[string, Received, boolean]>([
    ["test_multiple_requests_with_valid_traceparent", parent(`00-${TRACE}-${SPAN}-01`), true],
    ["test_multiple_requests_without_traceparent", [], false],
    ["test_multiple_requests_with_illegal_traceparent", parent(`00-${TRACE}-${SPAN}-.1`), false],
  ])("%s: one trace, a span each", async (_, received, same) => {
    const made = await drive(received, three());
    const sent = made.map(({ headers }) => parse(headers));
    expect(new Set(sent.map(({ trace }) => trace)).size).toBe(1);
    expect(sent[0]!.trace === TRACE).toBe(same);
    expect(new Set([SPAN, ...sent.map(({ span }) => span)]).size).toBe(4);
    expect(made.map(({ body }) => body)).toEqual([[{ name: "1" }], [{ name: "2" }], [{ name: "3" }]]);
  });

  test("two requests without a trace begin two", async () => {
    const [[one], [two]] = [
      await drive([], [{ url, arguments: [] }]),
      await drive([], [{ url, arguments: [] }]),
    ];
    expect(parse(one!.headers).trace).not.toBe(parse(two!.headers).trace);
  });

  test("the trace goes on through calls of the service to itself", async () => {
    const nested = [{ url: service.url, arguments: [{ url: service.url, arguments: three() }] }];
    const made = await drive(state("foo=1"), nested);
    expect(made).toHaveLength(3);
    for (const { headers } of made) {
      expect(parse(headers).trace).toBe(TRACE);
      expect(headers.tracestate).toBe("foo=1");
    }
  });
});

test.each([
  ["a body that is no JSON", "{", 400],
  ["a body that is no list", "{}", 400],
  ["a list of something else", "[null]", 400],
  ["nothing to do", "[]", 200],
])("%s is answered", async (_, body, status) => {
  expect((await fetch(service.url, { method: "POST", body })).status).toBe(status);
});

test("there is nothing else to ask for", async () => {
  expect((await fetch(service.url)).status).toBe(404);
  expect((await fetch(new URL("/", service.url), { method: "POST" })).status).toBe(404);
});

/** The calls that the service makes when it is asked with these headers, each on a line of its own, as they are written. */
async function drive(received: Received, body: unknown) {
  calls.length = 0;
  const text = JSON.stringify(body);
  const headers = ["host", "localhost", "content-length", String(text.length), ...received.flat()];
  const asked = request(service.url, { method: "POST", headers });
  asked.end(text);
  const [response] = await once(asked, "response");
  response.resume();
  await once(response, "end");
  expect(response.statusCode).toBe(200);
  return [...calls];
}

function parse({ traceparent }: IncomingHttpHeaders) {
  expect(traceparent).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]$/);
  const [, trace, span] = String(traceparent).split("-");
  return { trace, span };
}
