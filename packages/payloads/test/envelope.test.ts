import { inject as injectHeaders, extract as read, type TraceContext } from "@throughline/propagation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { envelope, isRecord, messageAttributes, mqtt, parseObject, stepFunctions } from "../src/index.ts";

const carried = {
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  tracestate: "rojo=1",
};
const text = JSON.stringify(carried);
const base64 = Buffer.from(text).toString("base64");

/** The first value that the places hold for a key, and where. */
function find(payload: unknown, key = "traceparent", at = "body"): string[] | undefined {
  for (const place of envelope.extract(payload, at)) {
    const value = place.carrier(key);
    if (value !== undefined) return [place.at, value];
  }
  return undefined;
}

describe("extract", () => {
  test.each<[string, unknown]>([
    ["an object", carried],
    ["a JSON text", text],
    ["a JSON text with space around it", ` \n${text}\n`],
    ["an attribute of SQS", { stringValue: text, dataType: "String" }],
    ["a binary attribute of SQS", { binaryValue: base64, dataType: "Binary" }],
    ["an attribute of SNS", { Type: "String", Value: text }],
    ["a binary attribute of SNS", { Type: "Binary", Value: base64 }],
    ["an attribute as producers write it", { DataType: "String", StringValue: text }],
    ["a binary attribute as producers write it", { DataType: "Binary", BinaryValue: base64 }],
    ["bytes", { DataType: "Binary", BinaryValue: Buffer.from(text) }],
  ])("reads _datadog: %s", (_, _datadog) => {
    expect(find({ order: 17, _datadog })).toEqual(["body._datadog", carried.traceparent]);
  });

  test.each<[string, unknown]>([
    ["a text that is no JSON", "traceparent"],
    ["broken JSON", '{"traceparent":'],
    ["a JSON list", `[${text}]`],
    ["a list", [carried]],
    ["null", null],
    ["a number", 17],
    ["an attribute that holds no JSON", { stringValue: "hello" }],
  ])("passes over _datadog: %s", (_, _datadog) => {
    expect(find({ order: 17, _datadog })).toBeUndefined();
    expect(find({ ...carried, _datadog })).toEqual(["body", carried.traceparent]);
  });

  test("looks into the payload's own fields after the envelope", () => {
    const places = envelope.extract(
      { _datadog: { tracestate: "a=1" }, TraceParent: carried.traceparent },
      "detail",
    );
    expect(places.map(({ at }) => at)).toEqual(["detail._datadog", "detail"]);
    expect(find({ _datadog: { tracestate: "a=1" }, TraceParent: carried.traceparent })).toEqual([
      "body",
      carried.traceparent,
    ]);
  });

  test("says where it looked when the payload has no name", () => {
    expect(envelope.extract({ _datadog: carried }, "").map(({ at }) => at)).toEqual(["_datadog", ""]);
  });

  test.each([undefined, null, 0, "", text, true, [carried], Symbol("payload")])(
    "finds nothing in %s",
    (payload) => {
      expect(envelope.extract(payload, "body")).toEqual([]);
    },
  );

  test("never mixes keys of two places", () => {
    const payload = { _datadog: { traceparent: carried.traceparent }, tracestate: "other=1" };
    const [nearest] = envelope.extract(payload, "body");
    expect(nearest?.carrier("tracestate")).toBeUndefined();
  });

  test("an inherited _datadog is nobody's envelope", () => {
    expect(find(Object.create({ _datadog: carried }))).toBeUndefined();
  });

  test("whatever the payload is, nothing throws", () => {
    const payloads = fc.oneof(fc.anything(), fc.record({ _datadog: fc.anything() }));
    fc.assert(
      fc.property(payloads, fc.string(), (payload, key) => {
        for (const place of envelope.extract(payload, "body")) place.carrier(key);
      }),
    );
  });
});

describe("inject", () => {
  test("gives a copy that carries the headers", () => {
    const payload = Object.freeze({ order: 17 });
    const copy = envelope.inject(payload, carried);
    expect(copy).toEqual({ order: 17, _datadog: carried });
    expect(payload).toEqual({ order: 17 });
  });

  test("replaces the envelope of the hop before", () => {
    expect(envelope.inject({ _datadog: { traceparent: "old" } }, carried)).toEqual({ _datadog: carried });
  });

  test("does not share the headers with the payload", () => {
    const headers = { ...carried };
    const copy = envelope.inject({}, headers) as { _datadog?: object };
    headers.traceparent = "changed";
    expect(copy._datadog).toEqual(carried);
  });

  test.each([undefined, null, 17, "text", [1, 2]])("gives back as it is what cannot carry: %s", (payload) => {
    expect(envelope.inject(payload, carried)).toBe(payload);
  });

  class Order {
    readonly #id = 17;
    get id(): number {
      return this.#id;
    }
  }
  test.each<[string, object]>([
    ["a date", new Date(0)],
    ["a map", new Map([["id", 17]])],
    ["bytes", new Uint8Array(2)],
    ["a buffer", new ArrayBuffer(2)],
    ["an object of a class", new Order()],
    ["fields of a prototype", Object.create({ order: 17 })],
    ["a proxy", new Proxy({}, { get: () => 17 })],
    ["an object that says what it becomes", { id: 17, toJSON: () => ({ order: 17 }) }],
  ])("gives back as it is what a copy would lose: %s", (_, payload) => {
    expect(envelope.inject(payload, carried)).toBe(payload);
  });

  test("an object without a prototype is one like any other", () => {
    const payload = Object.assign(Object.create(null), { order: 17 });
    expect(envelope.inject(payload, carried)).toEqual({ order: 17, _datadog: carried });
  });
});

const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: digits, maxLength: digits });
// Datadog spells the halves of a trace id apart, and has no word for a lower half of zeros.
const contexts: fc.Arbitrary<TraceContext> = fc
  .record({ traceId: hex(32), spanId: hex(16), sampled: fc.boolean() })
  .filter(({ traceId, spanId }) => !/0{16}$/.test(traceId) && !/^0+$/.test(spanId));
const objects = fc.dictionary(fc.string(), fc.jsonValue());

describe("a round trip", () => {
  test.each(["as an object", "through JSON"])("brings the context back, %s", (way) => {
    fc.assert(
      fc.property(objects, contexts, (payload, context) => {
        const sent = envelope.inject(payload, injectHeaders(context));
        const [nearest] = envelope.extract(
          way === "through JSON" ? JSON.parse(JSON.stringify(sent)) : sent,
          "body",
        );
        expect(nearest?.at).toBe("body._datadog");
        expect(nearest && read(nearest.carrier)?.context).toMatchObject(context);
      }),
    );
  });

  test("leaves the payload and everything else in it as it was", () => {
    fc.assert(
      fc.property(objects, contexts, (payload, context) => {
        const before = structuredClone(payload);
        const { _datadog, ...rest } = envelope.inject(payload, injectHeaders(context));
        const { _datadog: _old, ...others } = before;
        expect(payload).toEqual(before);
        expect(rest).toEqual(others);
      }),
    );
  });

  test("pollutes no prototype", () => {
    const hostile = JSON.parse(
      '{"__proto__": {"polluted": true}, "_datadog": {"__proto__": {"traceparent": "x"}}}',
    );
    const sent = envelope.inject(hostile, JSON.parse('{"__proto__": "x", "constructor": "y"}'));
    expect(Object.getPrototypeOf(sent)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(find(hostile)).toBeUndefined();
    expect(find({}, "constructor")).toBeUndefined();
    expect(find({ _datadog: {} }, "tostring")).toBeUndefined();
  });
});

describe("parseObject", () => {
  test.each<[unknown, unknown]>([
    ['{"a":1}', { a: 1 }],
    [' \t\r\n{"a":1}', { a: 1 }],
    ["{", undefined],
    ["[1]", undefined],
    ["null", undefined],
    ['"{}"', undefined],
    ["", undefined],
    [undefined, undefined],
    [{ a: 1 }, undefined],
  ])("of %j is %j", (value, expected) => expect(parseObject(value)).toEqual(expected));

  test("only ever gives an object", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (value) => {
        const parsed = parseObject(value);
        expect(parsed === undefined || isRecord(parsed)).toBe(true);
      }),
    );
  });
});

describe("injectText", () => {
  const read = (sent: string) => JSON.parse(sent) as Record<string, unknown>;

  test.each([
    ['{"id":12345678901234567890,"rate":1.0}', '{"id":12345678901234567890,"rate":1.0,"_datadog":'],
    ['  { "a" : "}" } \n', '  { "a" : "}" ,"_datadog":'],
    ["{}", '{"_datadog":'],
    ['{ "_datadog": {} }', '{"_datadog":'],
    ['{"n":1.50,"_datadog":{"x":1},"m":9007199254740993}', '{"n":1.50,"m":9007199254740993,"_datadog":'],
  ])("%s keeps its spelling", (given, beginning) => {
    const sent = envelope.injectText(given, carried);
    expect(sent).toBe(`${beginning}${text}}`);
    expect(read(sent)._datadog).toEqual(carried);
  });

  test.each(["", "[]", "null", "1", '"{}"', "{broken}", "{}{}"])("%j is given back as it is", (given) => {
    expect(envelope.injectText(given, carried)).toBe(given);
  });

  test.each([1000, 10_000, 300_000])("a text of %i levels is no reason to throw", (levels) => {
    const deep = `"deep":${"[".repeat(levels)}${"]".repeat(levels)}`;
    expect(envelope.injectText(`{${deep}}`, carried)).toBe(`{${deep},"_datadog":${text}}`);
    const again = `{${deep},"_datadog":{}}`;
    expect([again, `{${deep},"_datadog":${text}}`]).toContain(envelope.injectText(again, carried));
  });

  test("any object keeps its value and gains the context", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (payload, spaced) => {
        const given = JSON.stringify(payload, undefined, spaced ? 2 : 0);
        expect(read(envelope.injectText(given, carried))).toEqual(
          read(JSON.stringify({ ...read(given), _datadog: carried })),
        );
      }),
    );
  });
});

describe("room", () => {
  const full = { ...carried, "x-datadog-trace-id": "1", baggage: "a=1" };
  const levels = [
    full,
    { ...carried, "x-datadog-trace-id": "1" },
    carried,
    { traceparent: carried.traceparent },
  ];
  const sizes = levels.map((level) => Buffer.byteLength(JSON.stringify({ id: "é", _datadog: level })));

  test.each(levels.map((level, index) => [index, level] as const))(
    "level %i to the last byte, in an object and in a text",
    (index, level) => {
      const maxBytes = sizes[index] ?? 0;
      const payload = Object.freeze({ id: "é" });
      expect(envelope.inject(payload, full, { maxBytes })).toEqual({ id: "é", _datadog: level });
      expect(JSON.parse(envelope.injectText(JSON.stringify(payload), full, { maxBytes }))).toEqual({
        id: "é",
        _datadog: level,
      });
      const less = envelope.inject(payload, full, { maxBytes: maxBytes - 1 });
      expect(less).toEqual(
        index === 3 ? payload : { id: "é", _datadog: levels.find((_, i) => (sizes[i] ?? 0) < maxBytes) },
      );
    },
  );

  test("shortage is told once", () => {
    const heard: string[] = [];
    const onShortage = (what: string) => heard.push(what);
    envelope.inject({}, full, { maxBytes: 1000, onShortage });
    envelope.inject({}, full, { maxBytes: 120, onShortage });
    envelope.inject({}, full, { maxBytes: 10, onShortage });
    expect(heard).toEqual(["reduced", "skipped"]);
  });

  test("what JSON cannot spell is given back where there are bounds", () => {
    const payload = { id: 1n };
    expect(envelope.inject(payload, full, { maxBytes: 1000 })).toBe(payload);
  });
});

test.each<[string, (nothing: never) => unknown]>([
  ["an object", (nothing) => envelope.inject({ id: 17 }, nothing)],
  ["a text", (nothing) => JSON.parse(envelope.injectText('{"id":17}', nothing))],
  ["attributes", (nothing) => messageAttributes.inject({ id: 17 } as never, nothing)],
  ["MQTT properties", (nothing) => mqtt.inject({ id: 17 }, nothing)],
  ["a payload", (nothing) => mqtt.injectPayload({ id: 17 }, nothing)],
  ["an input", (nothing) => stepFunctions.injectInput({ id: 17 }, nothing)],
])("headers that were forgotten fail nobody: %s", (_, inject) => {
  expect(inject(undefined as never)).toEqual({ id: 17 });
});

test("nor do those of AWS IoT", () => {
  expect(mqtt.injectUserProperties("[]", undefined as never)).toBe("[]");
});
