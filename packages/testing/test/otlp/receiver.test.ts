import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { createTraceState, type Link, SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Receiver, type Reply, startReceiver } from "../../src/otlp/receiver.ts";

const PROTOBUF = "application/x-protobuf";
const JSON_TYPE = "application/json";

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

const post = (body: Uint8Array<ArrayBuffer> | string, headers: Record<string, string>, path = "/v1/traces") =>
  fetch(`${receiver.url}${path}`, { method: "POST", body, headers, redirect: "manual" });

const postJson = (request: unknown) => post(JSON.stringify(request), { "content-type": JSON_TYPE });

const ID = { traceId: "5b8aa5a2d2c872e8321cf37308d69df2", spanId: "051581bf3cb55c13" };
const SPAN = { ...ID, name: "work", kind: 1, startTimeUnixNano: "1", endTimeUnixNano: "2" };
const requestOf = (...spans: unknown[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });

/** Spans that use every field an SDK can fill. */
function sampleSpans(): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": "checkout", "cloud.regions": ["a", "b"] }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    spanLimits: { attributeCountLimit: 12 },
  });
  const tracer = provider.getTracer("@throughline/test", "1.2.3");
  const link: Link = {
    context: {
      ...ID,
      traceFlags: TraceFlags.SAMPLED,
      traceState: createTraceState("dd=s:1"),
      isRemote: true,
    },
    attributes: { "messaging.batch": true },
  };
  const root = tracer.startSpan("checkout", {
    kind: SpanKind.SERVER,
    links: [
      link,
      {
        context: { traceId: "0".repeat(32), spanId: "0".repeat(16), traceFlags: 0 },
        attributes: { "ptr.hash": "abc" },
      },
    ],
    attributes: {
      ...{ text: "grün ✓", empty: "", yes: true, no: false, zero: 0, one: 1, negative: -7, half: 0.5 },
      ...{
        safe: Number.MAX_SAFE_INTEGER,
        huge: 2 ** 60,
        list: ["a", "b"],
        mixed: [1, 2.5],
        beyond: "the limit",
      },
    },
  });
  root.addEvent("exception", { "exception.type": "Error" });
  root.setStatus({ code: SpanStatusCode.ERROR, message: "it failed" });
  root.end();
  for (const kind of [SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER]) {
    const child = tracer.startSpan(`kind ${kind}`, { kind });
    child.setStatus({ code: SpanStatusCode.OK });
    child.end();
  }
  return exporter.getFinishedSpans();
}

const ENCODINGS = [
  ["protobuf", PROTOBUF, (spans: ReadableSpan[]) => ProtobufTraceSerializer.serializeRequest(spans)],
  ["json", JSON_TYPE, (spans: ReadableSpan[]) => JsonTraceSerializer.serializeRequest(spans)],
] as const;

const serialize = (encode: (spans: ReadableSpan[]) => Uint8Array | undefined, spans: ReadableSpan[]) =>
  new Uint8Array(encode(spans) ?? []);

test("the official serializers' encodings are received as equal spans", async () => {
  const spans = sampleSpans();
  for (const [, type, encode] of ENCODINGS) {
    const response = await post(serialize(encode, spans), { "content-type": type });
    expect([response.status, await response.clone().text()]).toEqual([200, type === JSON_TYPE ? "{}" : ""]);
    expect(response.headers.get("content-type")).toBe(type);
  }
  const [fromProtobuf, fromJson] = receiver.requests;
  expect(fromProtobuf?.spans).toHaveLength(5);
  expect(fromProtobuf?.spans).toEqual(fromJson?.spans);
  expect(receiver.refusals).toEqual([]);
});

test.each(ENCODINGS)("a span in %s is received with all it has", async (_, type, encode) => {
  const spans = sampleSpans();
  await post(serialize(encode, spans), { "content-type": type });
  const [root, ...others] = await receiver.waitForSpans(5);
  const [seconds, nanos] = spans[0]!.startTime;
  expect(root).toMatchObject({
    traceId: spans[0]?.spanContext().traceId,
    spanId: spans[0]?.spanContext().spanId,
    parentSpanId: undefined,
    name: "checkout",
    kind: "SERVER",
    startTimeUnixNano: BigInt(seconds) * 1_000_000_000n + BigInt(nanos),
    resource: { "service.name": "checkout", "cloud.regions": ["a", "b"] },
    scope: "@throughline/test",
    scopeVersion: "1.2.3",
    status: { code: "ERROR", message: "it failed" },
    events: [{ name: "exception", attributes: { "exception.type": "Error" } }],
    flags: 0x101,
    dropped: { attributes: 1, events: 0, links: 0 },
  });
  expect(root?.attributes).toEqual({
    ...{ text: "grün ✓", empty: "", yes: true, no: false, zero: 0, one: 1, negative: -7, half: 0.5 },
    ...{ safe: Number.MAX_SAFE_INTEGER, huge: 2n ** 60n, list: ["a", "b"], mixed: [1, 2.5] },
  });
  expect(root?.links).toEqual([
    { ...ID, traceState: "dd=s:1", attributes: { "messaging.batch": true }, flags: 0x301 },
    { traceId: "0".repeat(32), spanId: "0".repeat(16), attributes: { "ptr.hash": "abc" }, flags: 0x100 },
  ]);
  expect(others.map(({ kind }) => kind)).toEqual(["INTERNAL", "CLIENT", "PRODUCER", "CONSUMER"]);
});

test.each(ENCODINGS)(
  "gzip is understood in %s, and the size is that on the wire",
  async (name, type, encode) => {
    const zipped = gzipSync(serialize(encode, sampleSpans()));
    const response = await post(new Uint8Array(zipped), { "content-type": type, "content-encoding": "gzip" });
    expect(response.status).toBe(200);
    expect(receiver.requests[0]).toMatchObject({
      encoding: name,
      bytes: zipped.length,
      status: 200,
      headers: { "content-encoding": "gzip" },
    });
  },
);

test("a parent is received, and ids are folded to lower case", async () => {
  const upper = { ...SPAN, traceId: ID.traceId.toUpperCase(), parentSpanId: "00000000000000AB" };
  await postJson(requestOf(upper));
  expect(receiver.spans[0]).toMatchObject({ traceId: ID.traceId, parentSpanId: "00000000000000ab" });
});

test("nested values are received as records and arrays, bytes as bytes", async () => {
  const values = [
    { stringValue: "b" },
    { arrayValue: { values: [{ doubleValue: 1 }] } },
    {},
    { bytesValue: "AQI=" },
  ];
  const attributes = [
    { key: "map", value: { kvlistValue: { values: [{ key: "a", value: { intValue: "-5" } }] } } },
    { key: "list", value: { arrayValue: { values } } },
    { key: "not a number", value: { doubleValue: "NaN" } },
  ];
  await postJson(requestOf({ ...SPAN, attributes }));
  expect(receiver.spans[0]?.attributes).toEqual({
    map: { a: -5 },
    list: ["b", [1], undefined, Buffer.from([1, 2])],
    "not a number": Number.NaN,
  });
});

const attribute = (value: unknown, key: unknown = "k") => ({ attributes: [{ key, value }] });

test.each([
  ["an empty trace id", { ...SPAN, traceId: "" }, "traceId: expected 32 hex digits"],
  ["a missing span id", { ...SPAN, spanId: undefined }, "spanId: expected 16 hex digits"],
  ["a short trace id", { ...SPAN, traceId: "abc" }, "traceId: expected 32"],
  ["a trace id in base64", { ...SPAN, traceId: "W4qlotLIcugyHPNzCNad8g==" }, "traceId: expected 32"],
  ["a trace id of zeros", { ...SPAN, traceId: "0".repeat(32) }, "traceId: an id is not all zero"],
  ["a span id of zeros", { ...SPAN, spanId: "0".repeat(16) }, "spanId: an id is not all zero"],
  ["a parent id of zeros", { ...SPAN, parentSpanId: "0".repeat(16) }, "parentSpanId: an id is not all zero"],
  ["a parent id of 128 bits", { ...SPAN, parentSpanId: ID.traceId }, "parentSpanId: expected 16"],
  ["a span that is its own parent", { ...SPAN, parentSpanId: ID.spanId }, "parentSpanId: a span is not"],
  ["an end before the start", { ...SPAN, startTimeUnixNano: "3" }, "it ends before it starts"],
  ["no start", { ...SPAN, startTimeUnixNano: undefined }, "startTimeUnixNano: expected nanoseconds"],
  ["a time of zero", { ...SPAN, startTimeUnixNano: "0" }, "startTimeUnixNano: expected nanoseconds"],
  ["a time as a number", { ...SPAN, endTimeUnixNano: 2 }, "endTimeUnixNano: expected nanoseconds"],
  ["no name", { ...SPAN, name: "" }, "name: expected a string"],
  ["an unspecified kind", { ...SPAN, kind: 0 }, "kind: expected 1 to 5"],
  ["a kind by name", { ...SPAN, kind: "SPAN_KIND_SERVER" }, "kind: expected an integer"],
  ["an unknown kind", { ...SPAN, kind: 6 }, "kind: expected 1 to 5"],
  ["an unknown status code", { ...SPAN, status: { code: 3 } }, "status.code: expected 0 to 2"],
  ["a field in snake case", { ...SPAN, trace_state: "a=b" }, 'unknown field "trace_state"'],
  ["flags beyond 32 bits", { ...SPAN, flags: 2 ** 32 }, "flags: expected 32 bits"],
  ["a negative count", { ...SPAN, droppedLinksCount: -1 }, "droppedLinksCount: expected 32 bits"],
  [
    "a link of zeros that is no span pointer",
    { ...SPAN, links: [{ ...ID, spanId: "0".repeat(16) }] },
    "links[0].spanId",
  ],
  ["a link without ids", { ...SPAN, links: [{}] }, "links[0].traceId: expected 32"],
  ["an event without a time", { ...SPAN, events: [{ name: "e" }] }, "events[0].timeUnixNano"],
  ["attributes as a record", { ...SPAN, attributes: { a: 1 } }, "attributes: expected an array"],
  ["an attribute without a key", { ...SPAN, ...attribute({ stringValue: "" }, "") }, "attributes[0].key"],
  ["an attribute that is a bare value", { ...SPAN, ...attribute("v") }, "value: expected an object"],
  [
    "a value of two types",
    { ...SPAN, ...attribute({ stringValue: "1", intValue: 1 }) },
    "expected one value",
  ],
  [
    "an integer with a fraction",
    { ...SPAN, ...attribute({ intValue: 1.5 }) },
    "intValue: expected an integer",
  ],
  [
    "an integer of 65 bits",
    { ...SPAN, ...attribute({ intValue: "9223372036854775808" }) },
    "expected 64 bits",
  ],
  ["a boolean as text", { ...SPAN, ...attribute({ boolValue: "true" }) }, "boolValue: expected a boolean"],
])("%s is refused", async (_, span, problem) => {
  const response = await postJson(requestOf(span));
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 3, message: expect.stringContaining(problem) });
  expect([receiver.spans, receiver.requests]).toEqual([[], []]);
});

test("a span that is twice in a request is refused", async () => {
  expect((await postJson(requestOf(SPAN, SPAN))).status).toBe(400);
});

test("an attribute that is twice on a span is refused", async () => {
  const attributes = [1, 2].map((intValue) => ({ key: "k", value: { intValue } }));
  const response = await postJson(requestOf({ ...SPAN, attributes }));
  expect(await response.json()).toMatchObject({ message: expect.stringContaining('"k" is in it twice') });
});

const protobuf = (...bytes: number[]) => new Uint8Array(bytes);
const text = (value: string) => new Uint8Array(Buffer.from(value));

test.each([
  ["bytes that are no protobuf", PROTOBUF, protobuf(0xff, 0xff), {}, 400],
  ["a truncated message", PROTOBUF, protobuf(0x0a, 0x05, 0x00), {}, 400],
  ["an unknown field", PROTOBUF, protobuf(0x7a, 0x01, 0x01), {}, 400],
  ["an unknown field deep inside", PROTOBUF, protobuf(0x0a, 0x03, 0x7a, 0x01, 0x01), {}, 400],
  ["a known field of the wrong type", PROTOBUF, protobuf(0x08, 0x01), {}, 400],
  ["a span without ids", PROTOBUF, protobuf(0x0a, 0x04, 0x12, 0x02, 0x12, 0x00), {}, 400],
  ["JSON under the protobuf type", PROTOBUF, text('{"resourceSpans":[]}'), {}, 400],
  ["text that is no JSON", JSON_TYPE, text("{"), {}, 400],
  ["an empty JSON body", JSON_TYPE, text(""), {}, 400],
  ["JSON in broken UTF-8", JSON_TYPE, protobuf(0x22, 0xff, 0x22), {}, 400],
  ["JSON that is no object", JSON_TYPE, text("[]"), {}, 400],
  ["gzip that is none", PROTOBUF, protobuf(1, 2, 3), { "content-encoding": "gzip" }, 400],
  ["an unknown content encoding", PROTOBUF, protobuf(), { "content-encoding": "br" }, 400],
  ["another content type", "text/plain", text("x"), {}, 415],
  ["gRPC", "application/grpc", protobuf(), {}, 415],
])("%s is refused", async (_, type, body, headers, status) => {
  const response = await post(body, { "content-type": type, ...headers });
  expect(response.status).toBe(status);
  expect(receiver.refusals).toMatchObject([{ status }]);
});

test("a request without a content type is refused", async () => {
  const response = await fetch(`${receiver.url}/v1/traces`, { method: "POST", body: protobuf() });
  expect(response.status).toBe(415);
});

test.each(["GET", "PUT", "DELETE"])("%s is not allowed", async (method) => {
  const response = await fetch(`${receiver.url}/v1/traces`, { method });
  expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
});

test.each(["/", "/v1/logs", "/v1/traces/"])("there is nothing at %s", async (path) => {
  expect((await post("{}", { "content-type": JSON_TYPE }, path)).status).toBe(404);
});

test("a content type may have parameters, and a path a query", async () => {
  const type = "application/json; charset=utf-8";
  const response = await post(JSON.stringify(requestOf(SPAN)), { "content-type": type }, "/v1/traces?key=1");
  expect(response.status).toBe(200);
});

test("waiting ends at once when the spans are there already", async () => {
  await postJson(requestOf(SPAN));
  expect(await receiver.waitForSpans(1)).toHaveLength(1);
});

test("waiting goes on until the predicate holds", async () => {
  const waiting = receiver.waitForSpans((spans) => spans.some(({ name }) => name === "last"));
  await postJson(requestOf(SPAN));
  await postJson(requestOf({ ...SPAN, spanId: "00000000000000aa", name: "last" }));
  expect((await waiting).map(({ name }) => name)).toEqual(["work", "last"]);
});

test("waiting in vain tells what did arrive, and what was refused", async () => {
  await postJson(requestOf(SPAN));
  await postJson({ spans: [] });
  receiver.respond = () => ({ status: 503 });
  await postJson(requestOf(SPAN));
  const message = [
    "0 ms passed without 2 spans. 1 arrived:",
    `  work (INTERNAL, trace ${ID.traceId}, span ${ID.spanId})`,
    "  not kept: 1 answered 503",
    '  refused with 400: request: unknown field "spans"',
  ].join("\n");
  await expect(receiver.waitForSpans(2, { timeout: 0 })).rejects.toThrow(message);
});

test("closing ends the waiting", async () => {
  const waiting = receiver.waitForSpans(1);
  await Promise.all([
    expect(waiting).rejects.toThrow("the receiver was closed without 1 spans"),
    receiver.close(),
  ]);
});

test("clearing forgets everything", async () => {
  await postJson(requestOf(SPAN));
  await postJson({ spans: [] });
  receiver.clear();
  expect([receiver.spans, receiver.requests, receiver.refusals]).toEqual([[], [], []]);
});

test.each<[Reply, number]>([
  [{ status: 503, headers: { "retry-after": "1" } }, 503],
  [{ status: 429 }, 429],
  [{ status: 307, headers: { location: "http://127.0.0.1:1/" } }, 307],
  [{ status: 500, body: "no" }, 500],
])("a fault %j is the answer, and its spans are not kept", async (reply, status) => {
  receiver.respond = () => reply;
  const response = await postJson(requestOf(SPAN));
  expect(response.status).toBe(status);
  expect(Object.fromEntries(response.headers)).toMatchObject(reply.headers ?? {});
  expect(receiver.requests).toMatchObject([{ status, spans: [{ name: "work" }] }]);
  expect(receiver.spans).toEqual([]);
});

test("a fault may choose by the request", async () => {
  receiver.respond = ({ spans }) => (spans.length > 1 ? { status: 413 } : undefined);
  const another = { ...SPAN, spanId: "00000000000000aa" };
  expect([
    (await postJson(requestOf(SPAN, another))).status,
    (await postJson(requestOf(SPAN))).status,
  ]).toEqual([413, 200]);
});

test.each(["json", "protobuf"])("partial success is reported in %s", async (encoding) => {
  receiver.respond = () => ({ partialSuccess: { rejectedSpans: 2, errorMessage: "no" } });
  const response = await (encoding === "json"
    ? postJson(requestOf(SPAN))
    : post(protobuf(), { "content-type": PROTOBUF }));
  const body = new Uint8Array(await response.arrayBuffer());
  const message = [0x08, 2, 0x12, 2, 0x6e, 0x6f];
  const expected =
    encoding === "json"
      ? text('{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no"}}')
      : protobuf(0x0a, message.length, ...message);
  expect(body).toEqual(expected);
});

test("a reset ends the connection", async () => {
  receiver.respond = () => ({ reset: true });
  await expect(postJson(requestOf(SPAN))).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
  expect(receiver.requests).toMatchObject([{ status: undefined }]);
});

test("a delayed answer is given, and the spans are kept at once", async () => {
  receiver.respond = () => ({ delay: 20 });
  const answer = postJson(requestOf(SPAN));
  await receiver.waitForSpans(1);
  expect((await answer).status).toBe(200);
});

test("closing ends requests that hang, and idle connections", async () => {
  const arrived = new Promise<void>((resolve) => {
    receiver.respond = () => {
      resolve();
      return { hang: true };
    };
  });
  const idle = connect(receiver.port, "127.0.0.1");
  const idleClosed = once(idle, "close");
  const hanging = expect(postJson(requestOf(SPAN))).rejects.toThrow();
  await arrived;
  await receiver.close();
  await Promise.all([hanging, idleClosed]);
});

test("a receiver can be given a port, and is disposed of by closing", async () => {
  await receiver[Symbol.asyncDispose]();
  const again = await startReceiver({ port: receiver.port });
  await again.close();
  expect(again.url).toBe(receiver.url);
});

test("all spans are given back as OTLP/JSON, grouped by resource", async () => {
  const [first, ...others] = sampleSpans();
  for (const [index, [, type, encode]] of ENCODINGS.entries()) {
    await post(serialize(encode, index === 0 ? [first!] : others), { "content-type": type });
  }
  const json = receiver.toOtlpJson();
  const before = receiver.spans;
  expect(json.resourceSpans).toHaveLength(1);

  receiver.clear();
  await postJson(JSON.parse(JSON.stringify(json)));
  expect(receiver.spans).toEqual(before);
});

test("what came as protobuf is spelled as the official JSON is", async () => {
  const spans = sampleSpans();
  await post(serialize(ENCODINGS[0][2], spans), { "content-type": PROTOBUF });
  const [ours] = receiver.toOtlpJson().resourceSpans;
  const [official] = JSON.parse(Buffer.from(serialize(ENCODINGS[1][2], spans)).toString()).resourceSpans;
  const { traceId, spanId, kind, startTimeUnixNano, flags } = official.scopeSpans[0].spans[0];
  expect(ours?.resource).toMatchObject({ attributes: official.resource.attributes });
  expect(ours?.scopeSpans?.[0]).toMatchObject({
    spans: [{ traceId, spanId, kind, startTimeUnixNano, flags }, {}, {}, {}, {}],
  });
});
