import { expect, test } from "vitest";
import { connectivity } from "../../src/otlp/connectivity.ts";
import { waterfall } from "../../src/otlp/waterfall.ts";
import { id, OTHER_TRACE_ID, span, TRACE_ID } from "../spans.ts";

const link = (traceId: string, digit: number) => ({ traceId, spanId: id(digit), attributes: {}, flags: 0 });
const pointer = (hash: string, direction: "u" | "d" = "u") => ({
  traceId: "0".repeat(32),
  spanId: "0".repeat(16),
  attributes: { "ptr.kind": "aws.s3.object", "ptr.dir": direction, "ptr.hash": hash },
  flags: 0,
});

test("a waterfall shows the tree, service, trigger, duration and place in time", () => {
  const checkout = { resource: { "service.name": "checkout" } };
  const text = waterfall([
    span(3, {
      name: "fulfil",
      kind: "CONSUMER",
      parentSpanId: id(2),
      resource: { "service.name": "fulfil" },
      attributes: { "faas.trigger": "pubsub" },
      at: 20,
      for: 20,
      links: [link(TRACE_ID, 2)],
    }),
    span(1, {
      ...checkout,
      name: "checkout",
      kind: "SERVER",
      attributes: { "faas.trigger": "http" },
      for: 40,
    }),
    span(2, { ...checkout, name: "orders publish", kind: "PRODUCER", parentSpanId: id(1), at: 10 }),
    span(4, {
      ...checkout,
      name: "save",
      parentSpanId: id(1),
      at: 30,
      status: { code: "ERROR", message: "full" },
    }),
  ]);
  expect(text).toBe(
    [
      "trace 5b8aa5a2d2c872e8321cf37308d69df2 · 4 spans · 40.0 ms",
      "  checkout          SERVER    checkout  http    40.0 ms  ████████████████████████████████",
      "  ├ orders publish  PRODUCER  checkout          10.0 ms  ········████████",
      "  │ └ fulfil        CONSUMER  fulfil    pubsub  20.0 ms  ················████████████████",
      "  │       → link to orders publish",
      "  └ save            INTERNAL  checkout          10.0 ms  ························████████",
      "        ✗ full",
    ].join("\n"),
  );
});

test("each trace is a tree of its own, in order of their starts", () => {
  const text = waterfall([span(2, { traceId: OTHER_TRACE_ID, at: 5 }), span(1)]);
  expect(text.match(/^trace .*$/gm)).toEqual([
    `trace ${TRACE_ID} · 1 span · 10.0 ms`,
    `trace ${OTHER_TRACE_ID} · 1 span · 10.0 ms`,
  ]);
});

test("a span whose parent is absent is a root with a remote parent", () => {
  expect(waterfall([span(1, { parentSpanId: id(9) })])).toContain(`\n      remote parent ${id(9)}`);
});

test.each([
  ["a span that is there, by name", link(TRACE_ID, 2), "→ link to span 2"],
  ["a span that is not, by id", link(TRACE_ID, 9), `→ link to span ${id(9)}`],
  [
    "a span of another trace, with the trace",
    link(OTHER_TRACE_ID, 7),
    `→ link to span ${id(7)} in trace ${OTHER_TRACE_ID}`,
  ],
  ["what a pointer joins, by name", pointer("abc"), "→ link to span 3"],
  ["what points to it, by name", pointer("abc", "d"), "→ link to span 2"],
  [
    "what a pointer joins of another trace, with the trace",
    pointer("def"),
    `→ link to span 4 in trace ${OTHER_TRACE_ID}`,
  ],
  ["the write that is next in time, of several", pointer("often"), "→ link to span 6"],
  ["a pointer that joins nothing, by hash", pointer("zzz"), "→ link to aws.s3.object zzz"],
])("a link shows %s", (_, each, expected) => {
  const others = [
    span(2, { parentSpanId: id(1), links: [pointer("abc")] }),
    span(3, { links: [pointer("abc", "d")] }),
    span(4, { traceId: OTHER_TRACE_ID, links: [pointer("def", "d")] }),
    ...[5, 6, 7].map((digit) =>
      span(digit, { at: 20 * Math.abs(digit - 6) - 5, links: [pointer("often", "d")] }),
    ),
  ];
  expect(
    waterfall([span(1, { links: [each] }), ...others])
      .split("\n")
      .map((line) => line.trim().replace(/^│ */, "")),
  ).toContain(expected);
});

test("a circle of parents is still drawn, each span once", () => {
  const text = waterfall([span(1, { parentSpanId: id(2) }), span(2, { parentSpanId: id(1) })]);
  expect(text.match(/span \d /g)).toHaveLength(2);
});

test("no spans, no waterfall", () => expect(waterfall([])).toBe(""));

test.each([
  ["spans of one trace", [span(1), span(2, { parentSpanId: id(1) })], true, 1],
  [
    "a trace that a span links to",
    [span(1), span(2, { traceId: OTHER_TRACE_ID, links: [link(TRACE_ID, 1)] })],
    true,
    1,
  ],
  ["two traces without a link", [span(1), span(2, { traceId: OTHER_TRACE_ID })], false, 2],
  [
    "two ends of a span pointer",
    [span(1, { links: [pointer("a", "d")] }), span(2, { traceId: OTHER_TRACE_ID, links: [pointer("a")] })],
    true,
    1,
  ],
  [
    "two different span pointers",
    [span(1, { links: [pointer("a")] }), span(2, { traceId: OTHER_TRACE_ID, links: [pointer("b", "d")] })],
    false,
    2,
  ],
  ["nothing", [], false, 0],
])("connectivity of %s", (_, spans, connected, components) => {
  const result = connectivity(spans);
  expect(result.connected).toBe(connected);
  expect(result.components).toHaveLength(components);
});

test("connectivity names the spans whose parent is missing", () => {
  const orphan = span(2, { parentSpanId: id(9) });
  expect(connectivity([span(1), orphan]).missingParents).toEqual([orphan]);
});
