import { IoTDataPlaneClient, PublishCommand, type PublishCommandInput } from "@aws-sdk/client-iot-data-plane";
import { context, propagation, ROOT_CONTEXT, SpanKind } from "@opentelemetry/api";
import { mqtt } from "@throughline/payloads";
import { w3c, xray } from "@throughline/propagation";
import { type IotData, type IotMessage, iotRule, startIotData } from "@throughline/testing";
import { resolve } from "@throughline/triggers";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type ClientOptions, shortages, traced } from "../../../src/index.ts";
import { frozen } from "../frozen.ts";
import { oddInputs } from "../odd.ts";
import { idsOf, inSpan, local, recordSpans, takeSpans } from "../spans.ts";

let iot: IotData;
let messages: IotMessage[] = [];
let events: unknown[] = [];

beforeAll(async () => {
  recordSpans();
  const rule = iotRule({
    sql: mqtt.ruleSql("orders/#", { select: "*, topic() AS topic" }),
    invoke: async (event) => events.push(event),
  });
  iot = await startIotData({ rules: [rule, { receive: async (message) => void messages.push(message) }] });
});
beforeEach(() => {
  [messages, events] = [[], []];
  takeSpans();
});
afterAll(() => iot.close());

const clientOf = (options?: ClientOptions) => traced(new IoTDataPlaneClient(local(iot.url)), options);
/** The send's span, the message as the broker has it, and the event of the rule's function. */
async function publish(input: Partial<PublishCommandInput>, options?: ClientOptions) {
  const command = frozen({ topic: "orders/7", payload: '{"order":7}', ...input });
  const client = clientOf(options);
  await inSpan("work", () => client.send(new PublishCommand(command)));
  await iot.idle();
  client.destroy();
  const [message] = messages.splice(0);
  return {
    span: takeSpans()[0],
    event: events.at(-1),
    payload: Buffer.from(message?.payload ?? "").toString(),
    userProperties: message?.userProperties ?? {},
  };
}

test("what a rule hands to a function continues the span that published it", async () => {
  const { span, event, payload } = await publish({});
  expect(resolve(event, undefined).parentage.parent).toMatchObject({ ...idsOf(span), sampled: true });
  expect(payload).toBe('{"order":7}');
  expect(span).toMatchObject({
    // Of low cardinality: topics name devices.
    name: "IoTDataPlane.Publish",
    kind: SpanKind.PRODUCER,
    attributes: {
      "rpc.method": "IoTDataPlane/Publish",
      "messaging.system.name": "aws.iot",
      "messaging.operation.name": "publish",
      "messaging.operation.type": "send",
      "messaging.destination.name": "orders/7",
    },
  });
});

test("the user's properties stay", async () => {
  const { span, userProperties, event } = await publish({
    userProperties: '[ {"tenant":"a"}, {"tag":"1"}, {"tag":"2"} ]',
  });
  expect(userProperties).toMatchObject({ tenant: ["a"], tag: ["1", "2"], traceparent: [expect.any(String)] });
  expect(resolve(event, undefined).parentage.parent).toMatchObject(idsOf(span));
});

test("properties with another trace in them keep that; the publishing is linked to it", async () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const { span, userProperties } = await publish({ userProperties: JSON.stringify([{ traceparent }]) });
  expect(userProperties).toEqual({ traceparent: [traceparent] });
  expect(span?.links.map((link) => link.context.spanId)).toEqual(["00f067aa0ba902b7"]);
});

test("a property of more than 1,024 characters is left out", async () => {
  const baggage = (length: number) =>
    propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ a: { value: "x".repeat(length - 2) } }));
  const namesAt = async (length: number) =>
    Object.keys((await context.with(baggage(length), () => publish({}))).userProperties);
  const { reduced } = shortages();
  expect(await namesAt(1024)).toContain("baggage");
  expect(shortages().reduced).toBe(reduced);
  expect(await namesAt(1025)).not.toContain("baggage");
  expect(shortages().reduced).toBe(reduced + 1);
});

const enveloping = { envelopes: { iot: true } };
const bytes = (text: string) => new TextEncoder().encode(text);

test.each([
  ["a text", '{"order":7}'],
  ["bytes", bytes('{"order":7}')],
])("by option the payload carries it too, for MQTT 3.1.1, given as %s", async (_, payload) => {
  const sent = await publish({ payload }, enveloping);
  const event = JSON.parse(sent.payload);
  expect(event).toEqual({ order: 7, _datadog: expect.objectContaining({ traceparent: expect.any(String) }) });
  expect(resolve(event, undefined).parentage.parent).toMatchObject(idsOf(sent.span));
});

test.each([
  ["no JSON", bytes("on")],
  ["no text", Uint8Array.of(0xff, 0x00)],
  ["a list", bytes("[1]")],
])("a payload that is %s stays as it is", async (_, payload) => {
  expect((await publish({ topic: "devices/7", payload }, enveloping)).payload).toBe(
    Buffer.from(payload).toString(),
  );
});

test.each([
  ["$aws/things/lamp/shadow/update", false],
  ["$aws/rules/orders/new", true],
])("the payload for %s, carrying it or not: %s", async (topic, carries) => {
  const payload = '{"state":{}}';
  const sent = await publish({ topic, payload }, enveloping);
  expect(sent.payload !== payload).toBe(carries);
  expect(sent.userProperties).toHaveProperty("traceparent");
});

test("a payload carries what fits into 128 KB", async () => {
  const options = { ...enveloping, formats: [w3c, xray] };
  const payloadOf = async (length: number) =>
    (await publish({ payload: JSON.stringify({ a: "x".repeat(length) }) }, options)).payload;
  const keysAt = async (length: number) => Object.keys(JSON.parse(await payloadOf(length))._datadog ?? {});
  const added = (await payloadOf(0)).length;
  expect(await keysAt(131_072 - added)).toEqual(["traceparent", "x-amzn-trace-id"]);
  expect(await keysAt(131_072 - added + 1)).toEqual(["traceparent"]);
  expect(await keysAt(131_072 - '{"a":""}'.length)).toEqual([]);
});

test("an odd message is answered as without us", async () => {
  const [client, plain] = [clientOf(enveloping), new IoTDataPlaneClient(local(iot.url))];
  await fc.assert(
    fc.asyncProperty(
      oddInputs("topic", "payload", "userProperties"),
      fc.boolean(),
      async (odd, published) => {
        const outcome = async (by: IoTDataPlaneClient) => {
          const input = { topic: "devices/7", ...odd, ...(published && { topic: "devices/7" }) };
          const answer = await by.send(new PublishCommand(input as never)).then(
            () => "published",
            ({ name }: Error) => name,
          );
          await iot.idle();
          return [answer, messages.splice(0).map(({ topic }) => topic)];
        };
        expect(await outcome(client)).toEqual(await outcome(plain));
      },
    ),
    { numRuns: 60 },
  );
  for (const one of [client, plain]) one.destroy();
});
