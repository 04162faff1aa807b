import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byteHeaders, bytesText } from "../../src/index.ts";

const bytes = (text: string) => [...Buffer.from(text)];
const signed = (text: string) => bytes(text).map((byte) => (byte > 127 ? byte - 256 : byte));
const numbered = (list: readonly unknown[]) => Object.fromEntries(list.entries());

describe.each([
  ["numbers", bytes],
  ["signed numbers", signed],
  ["decimal texts", (text: string) => bytes(text).map(String)],
  ["an object with indices", (text: string) => numbered(bytes(text))],
  ["an object with indices, of decimal texts", (text: string) => numbered(bytes(text).map(String))],
  ["bytes in an object", (text: string) => ({ bytes: signed(text) })],
  ["a text", (text: string) => text],
])("%s", (_, spell) => {
  test.each([
    ["a list of one-key maps", (value: unknown) => [{ other: [1] }, { traceparent: value }]],
    ["the same, in another case", (value: unknown) => [{ TraceParent: value }]],
    [
      "an object with indices of them",
      (value: unknown) => ({ 0: { other: [1] }, 1: { traceparent: value } }),
    ],
    ["one map", (value: unknown) => ({ other: 3, traceparent: value })],
  ])("in %s", (_, wrap) => {
    expect(byteHeaders(wrap(spell("Köln 00-4bf9")))("traceparent")).toBe("Köln 00-4bf9");
  });
});

test("a name that came twice comes joined", () => {
  expect(byteHeaders([{ tracestate: bytes("a=1") }, { tracestate: bytes("b=2") }])("tracestate")).toBe(
    "a=1,b=2",
  );
});

test.each([
  null,
  undefined,
  7,
  "text",
  [],
  [null, 5],
  [{ traceparent: null }],
  [{ traceparent: [] }],
  [{ traceparent: [256] }],
  [{ traceparent: [-129] }],
  [{ traceparent: [1.5] }],
  [{ traceparent: [1, "x"] }],
  [{ traceparent: [1, ""] }],
  [{ traceparent: Array(10_000).fill(65) }],
])("%j holds no header", (list) => expect(byteHeaders(list)("traceparent")).toBeUndefined());

test("hostile names are names like any other", () => {
  const list = JSON.parse('[{"__proto__":[65]},{"constructor":[66]}]');
  expect(byteHeaders(list)("__proto__")).toBe("A");
  expect(byteHeaders(list)("tostring")).toBeUndefined();
  expect(({} as Record<string, unknown>)[0]).toBeUndefined();
});

test("nothing throws", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(["string", "undefined"]).toContain(typeof bytesText(value));
      expect(["string", "undefined"]).toContain(typeof byteHeaders(value)("traceparent"));
      expect(["string", "undefined"]).toContain(typeof byteHeaders([{ traceparent: value }])("traceparent"));
    }),
  );
});
