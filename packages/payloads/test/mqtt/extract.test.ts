import { extract } from "@throughline/propagation";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mqtt } from "../../src/index.ts";

const A = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const B = "00-68a7c0a1e4d94f1db2c3d4e5f6071829-b7ad6b7169203331-01";

function spanOf(payload: unknown): string | undefined {
  const found = mqtt.extract(payload, "event").map(({ carrier }) => extract(carrier)?.context);
  const context = found.find((one) => one !== undefined);
  return context && `${context.spanId} ${context.traceState ?? ""}`.trim();
}

test.each([
  ["one value", { traceparent: [A] }, "00f067aa0ba902b7"],
  ["the first of two", { traceparent: [A, B] }, "00f067aa0ba902b7"],
  ["the first that is one", { traceparent: ["", "none", B] }, "b7ad6b7169203331"],
  ["its own state", { traceparent: ["none", B], tracestate: ["a=1", "b=2"] }, "b7ad6b7169203331 b=2"],
  ["a list of properties", { user_properties: [{ a: "1" }, { Traceparent: A }] }, "00f067aa0ba902b7"],
  ["a list under the other name", { userProperties: [{ traceparent: B }] }, "b7ad6b7169203331"],
  ["a name twice", { user_properties: [{ traceparent: A }, { traceparent: B }] }, "00f067aa0ba902b7"],
  ["a plain field, which is another's to read", { traceparent: A }, undefined],
  ["nothing", {}, undefined],
  ["no object", [A], undefined],
  [
    "a packet",
    { properties: { userProperties: { TraceParent: A, tracestate: "a=1" } } },
    "00f067aa0ba902b7 a=1",
  ],
  [
    "a packet's name twice",
    { properties: { userProperties: { traceparent: ["none", B] } } },
    "b7ad6b7169203331",
  ],
  [
    "a packet's payload",
    { topic: "t", payload: Buffer.from(`{"_datadog":{"traceparent":"${A}"}}`) },
    "00f067aa0ba902b7",
  ],
  ["a packet's text", { cmd: "publish", payload: `{"traceparent":"${A}"}` }, "00f067aa0ba902b7"],
  [
    "a packet's properties before its payload",
    { properties: { userProperties: { traceparent: B } }, payload: Buffer.from(`{"traceparent":"${A}"}`) },
    "b7ad6b7169203331",
  ],
  ["an event's text, which is another's", { payload: `{"traceparent":"${A}"}` }, undefined],
  ["a payload's bytes", new TextEncoder().encode(`{"traceparent":"${A}"}`), "00f067aa0ba902b7"],
  ["bytes that are no JSON", Buffer.from([0xff, 0x7b]), undefined],
])("%s", (_, payload, expected) => expect(spanOf(payload)).toBe(expected));

test("of many values no more are looked at than anybody sends", () => {
  expect(mqtt.extract({ traceparent: Array(100_000).fill("none") }, "event")).toHaveLength(8);
});

test("nothing throws", () => {
  const payload = fc.oneof(
    fc.anything(),
    fc.json(),
    fc.uint8Array(),
    fc.record({
      properties: fc.record({ userProperties: fc.anything() }),
      payload: fc.anything(),
      cmd: fc.constant("publish"),
    }),
    fc.record({ traceparent: fc.anything(), user_properties: fc.anything() }),
    fc.record({ user_properties: fc.array(fc.dictionary(fc.string(), fc.anything())) }),
  );
  fc.assert(
    fc.property(payload, (value) => {
      for (const { carrier } of mqtt.extract(value, "")) extract(carrier);
    }),
  );
});
