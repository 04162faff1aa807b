import { extract } from "@throughline/propagation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mqtt } from "../../src/index.ts";

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const other = "00-68a7c0a1e4d94f1db2c3d4e5f6071829-b7ad6b7169203331-01";
const carried = { traceparent, tracestate: "rojo=1" };
const long = "x".repeat(1025);

function spanOf(message: unknown): string | undefined {
  const found = mqtt.extract(message, "packet").map(({ carrier }) => extract(carrier)?.context.spanId);
  return found.find((spanId) => spanId !== undefined);
}

describe("an MQTT 5 packet's properties", () => {
  test("get the context beside the user's own", () => {
    const properties = Object.freeze({
      contentType: "json",
      userProperties: Object.freeze({ a: ["1", "2"] }),
    });
    const injected = mqtt.inject(properties, carried);
    expect(injected).toEqual({ contentType: "json", userProperties: { a: ["1", "2"], ...carried } });
    expect(spanOf({ cmd: "publish", properties: injected })).toBe("00f067aa0ba902b7");
  });

  test("are made where there were none", () => {
    expect(mqtt.inject(undefined, carried)).toEqual({ userProperties: carried });
  });

  test.each(["traceparent", "Traceparent", "x-datadog-trace-id", "x-amzn-trace-id", "b3"])(
    "that have a %s keep it",
    (name) => {
      const properties = { userProperties: { [name]: other } };
      expect(mqtt.inject(properties, carried)).toBe(properties);
    },
  );

  test("are what they were without a context", () => {
    const properties = { contentType: "json" };
    expect(mqtt.inject(properties, {})).toBe(properties);
    expect(mqtt.inject(undefined, {})).toEqual({});
  });

  test("take no header that AWS IoT would refuse", () => {
    expect(mqtt.inject({}, { ...carried, baggage: long })).toEqual({ userProperties: carried });
  });
});

describe("the user properties of Publish", () => {
  test.each<[string | undefined, unknown]>([
    [undefined, [{ traceparent }, { tracestate: "rojo=1" }]],
    ["[]", [{ traceparent }, { tracestate: "rojo=1" }]],
    [' [ {"a": "1"} ] ', [{ a: "1" }, { traceparent }, { tracestate: "rojo=1" }]],
  ])("of %j", (text, expected) => {
    const injected = mqtt.injectUserProperties(text, { ...carried, baggage: long });
    expect(JSON.parse(injected as string)).toEqual(expected);
    expect(spanOf(injected)).toBe("00f067aa0ba902b7");
  });

  test.each(["", "{", "{}", "[", "text", `[{"traceparent":"${other}"}]`, `[{"a":"1"},{"B3":"0"}]`])(
    "of %j stay",
    (text) => {
      expect(mqtt.injectUserProperties(text, carried)).toBe(text);
    },
  );

  test("stay without a context", () => {
    expect(mqtt.injectUserProperties(undefined, {})).toBeUndefined();
    expect(mqtt.injectUserProperties("[]", {})).toBe("[]");
  });

  test("whatever the text is, nothing throws", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json()),
        (text) => mqtt.injectUserProperties(text, carried) !== undefined,
      ),
    );
  });
});

describe("an MQTT 3.1.1 payload", () => {
  const text = '{"id":12345678901234567890}';
  const expected = `{"id":12345678901234567890,"_datadog":${JSON.stringify(carried)}}`;
  test("of text stays a text", () => expect(mqtt.injectPayload(text, carried)).toBe(expected));

  test("of a Buffer stays a Buffer", () => {
    const injected = mqtt.injectPayload(Buffer.from(text), carried);
    expect(Buffer.isBuffer(injected)).toBe(true);
    expect(injected.toString()).toBe(expected);
  });

  test("of bytes stays bytes", () => {
    const injected = mqtt.injectPayload(new TextEncoder().encode(text), carried);
    expect(injected).toBeInstanceOf(Uint8Array);
    expect(Buffer.isBuffer(injected)).toBe(false);
    expect(new TextDecoder().decode(injected)).toBe(expected);
  });

  test("of an object becomes a copy", () => {
    expect(mqtt.injectPayload(Object.freeze({ order: 7 }), carried)).toEqual({ order: 7, _datadog: carried });
  });

  test.each<[string, string | Uint8Array | object]>([
    ["a number", "21.5"],
    ["bytes that are no UTF-8", Buffer.from([0x7b, 0xff, 0x7d])],
    ["bytes that are no JSON", Buffer.from("on")],
    ["a list", [1]],
    ["a payload that is full", JSON.stringify({ data: "x".repeat(131_060) })],
    ["a packet's bytes that are full", Buffer.from(JSON.stringify({ data: "x".repeat(131_060) }))],
  ])("that is %s stays", (_, payload) => expect(mqtt.injectPayload(payload, carried)).toBe(payload));

  test("is read again by whoever receives it", () => {
    const payload = mqtt.injectPayload(Buffer.from(text), carried);
    expect(spanOf({ cmd: "publish", topic: "orders", payload })).toBe("00f067aa0ba902b7");
    expect(spanOf(payload)).toBe("00f067aa0ba902b7");
    expect(spanOf(payload.toString())).toBe("00f067aa0ba902b7");
  });
});
