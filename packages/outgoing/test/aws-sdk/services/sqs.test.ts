import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { SpanKind } from "@opentelemetry/api";
import { b3 } from "@throughline/propagation";
import type { LocalServer } from "@throughline/testing";
import { startQueueMapping, startStrictMessaging } from "@throughline/testing";
import { resolve } from "@throughline/triggers";
import type { SQSEvent } from "aws-lambda";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { traced } from "../../../src/index.ts";
import { idsOf, inSpan, local, recordSpans, takeSpans } from "../spans.ts";

const OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const text = (StringValue: string): MessageAttributeValue => ({ DataType: "String", StringValue });
recordSpans();
let aws: FauxqsServer;
let strict: LocalServer;
let plain: SQSClient;
let sqs: SQSClient;
let queue: { queueUrl: string; queueArn: string; queueName: string };
let queues = 0;

beforeAll(async () => {
  aws = await startFauxqs({ port: 0, logger: false });
  strict = await startStrictMessaging({ upstream: `http://127.0.0.1:${aws.port}` });
  plain = new SQSClient(local(strict.url));
  sqs = traced(new SQSClient(local(strict.url)));
});
afterAll(async () => {
  plain.destroy();
  sqs.destroy();
  await strict.close();
  await aws.stop();
});
beforeEach(() => {
  queues += 1;
  queue = aws.createQueue(`orders-${queues}`);
  takeSpans();
});

/** The event that the queue's function gets. */
async function nextEvent(): Promise<SQSEvent> {
  const mapping = startQueueMapping({ sqs: plain, ...queue, pollSeconds: 0, invoke: async () => undefined });
  await vi.waitFor(() => expect(mapping.batches).not.toEqual([]), 10_000);
  await mapping.stop();
  return mapping.batches[0]?.event as SQSEvent;
}
const parentageOf = async () => resolve(await nextEvent(), undefined, {}).parentage;
const send = (input: Partial<SendMessageCommandInput> = {}, client = sqs) =>
  client.send(new SendMessageCommand({ QueueUrl: queue.queueUrl, MessageBody: "hello", ...input }));
const receive = async (input: Partial<ReceiveMessageCommandInput> = {}, client = sqs): Promise<Message[]> => {
  const { queueUrl: QueueUrl } = queue;
  const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...input });
  return (await client.send(command)).Messages ?? [];
};

describe("a message", () => {
  test("has the send's span for its parent", async () => {
    const { MessageId } = await inSpan("work", () => send());
    const [span] = takeSpans();
    expect(await parentageOf()).toMatchObject({ parent: { ...idsOf(span), sampled: true }, links: [] });
    expect(span).toMatchObject({
      name: `send ${queue.queueName}`,
      kind: SpanKind.PRODUCER,
      attributes: {
        "rpc.system.name": "aws-api",
        "rpc.method": "SQS/SendMessage",
        "messaging.system.name": "aws.sqs",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": queue.queueName,
        "messaging.message.id": MessageId,
        "aws.sqs.queue.url": queue.queueUrl,
        "cloud.region": "us-east-1",
        "server.address": "127.0.0.1",
        "server.port": strict.port,
        "http.response.status_code": 200,
      },
    });
    expect(span?.attributes).not.toHaveProperty("messaging.batch.message_count");
  });

  test("has it in every spelling: W3C, Datadog's and X-Ray's", async () => {
    await send();
    const [span] = takeSpans();
    const { traceId, spanId } = idsOf(span);
    const [record] = (await nextEvent()).Records;
    const xray = `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=1`;
    expect(record?.attributes.AWSTraceHeader).toBe(xray);
    expect(record?.messageAttributes.traceparent?.stringValue).toBe(`00-${traceId}-${spanId}-01`);
    expect(JSON.parse(record?.messageAttributes._datadog?.stringValue ?? "")).toMatchObject({
      "x-datadog-parent-id": String(BigInt(`0x${spanId}`)),
      "x-amzn-trace-id": xray,
    });
  });

  test("keeps what the user gave it", async () => {
    const AWSTraceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    await send({
      MessageAttributes: { kind: text("order"), raw: { DataType: "Binary", BinaryValue: Buffer.from([1]) } },
      MessageSystemAttributes: { AWSTraceHeader: text(AWSTraceHeader) },
    });
    const [record] = (await nextEvent()).Records;
    expect(record).toMatchObject({
      body: "hello",
      attributes: { AWSTraceHeader },
      messageAttributes: { kind: { stringValue: "order" }, raw: { binaryValue: "AQ==" } },
    });
  });

  test("that carries another trace keeps it, and the send is linked to it", async () => {
    await send({ MessageAttributes: { TraceParent: text(OTHER) } });
    const [span] = takeSpans();
    expect(span?.links).toMatchObject([
      { context: { traceId: OTHER.slice(3, 35), spanId: OTHER.slice(36, 52) } },
    ]);
    const [record] = (await nextEvent()).Records;
    expect(Object.keys(record?.messageAttributes ?? {})).toEqual(["TraceParent"]);
  });

  test("that carries this trace gets the send's span in its place", async () => {
    await inSpan("work", (parent) => {
      const { traceId, spanId } = parent.spanContext();
      return send({ MessageAttributes: { traceparent: text(`00-${traceId}-${spanId}-01`) } });
    });
    const [span] = takeSpans();
    expect(span?.links).toEqual([]);
    expect((await parentageOf()).parent).toMatchObject(idsOf(span));
  });
});

test("every message of a batch has the send's span for its parent", async () => {
  const Entries = ["1", "2", "3"].map((Id) => ({ Id, MessageBody: Id }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: queue.queueUrl, Entries }));
  const [span] = takeSpans();
  const { messages, parentage } = resolve(await nextEvent(), undefined, {});
  expect(messages.map(({ context }) => context)).toMatchObject([idsOf(span), idsOf(span), idsOf(span)]);
  expect(parentage).toMatchObject({ parent: idsOf(span), links: [] });
  expect(span?.attributes).toMatchObject({ "messaging.batch.message_count": 3 });
});

test.each([
  ["a text", text],
  ["bytes", (json: string) => ({ DataType: "Binary", BinaryValue: Buffer.from(json) })],
])("a context that Datadog's tracers send as %s is found", async (_, attribute) => {
  const json = JSON.stringify({
    "x-datadog-trace-id": "11803532876627986230",
    "x-datadog-parent-id": "67667974448284343",
    "x-datadog-sampling-priority": "1",
    "x-datadog-tags": "_dd.p.tid=4bf92f3577b34da6,_dd.p.dm=-0",
  });
  await send({ MessageAttributes: { _datadog: attribute(json) } }, plain);
  expect((await parentageOf()).parent).toMatchObject({
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    sampled: true,
  });
});

describe("a consumer that polls", () => {
  test("is linked to each message's producer, and gets its messages as ever", async () => {
    await send({ MessageBody: "one" });
    await send({ MessageBody: "two" });
    await send({ MessageBody: "three" }, plain);
    const producers = takeSpans().map(idsOf);
    expect((await receive()).map(({ Body }) => Body)).toEqual(["one", "two", "three"]);
    const [span] = takeSpans();
    expect(span?.links.map(({ context }) => context)).toMatchObject(producers);
    expect(span).toMatchObject({
      name: `receive ${queue.queueName}`,
      kind: SpanKind.CLIENT,
      attributes: { "messaging.operation.type": "receive", "messaging.batch.message_count": 3 },
    });
  });

  test("is linked to a producer that sets X-Ray's header only", async () => {
    const AWSTraceHeader = text("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
    await send({ MessageSystemAttributes: { AWSTraceHeader } }, plain);
    await receive();
    expect(takeSpans()[0]?.links).toMatchObject([
      { context: { traceId: "5759e988bd862e3fe1be46a994272793", spanId: "53995c3f42cd8ad8" } },
    ]);
  });

  test.each<[string, Partial<ReceiveMessageCommandInput>, string[], string[]]>([
    ["nothing", {}, [], []],
    ["one attribute", { MessageAttributeNames: ["order.kind"] }, ["order.kind"], []],
    ["a beginning of names", { MessageAttributeNames: ["order.*"] }, ["order.kind"], []],
    ["all attributes", { MessageAttributeNames: ["All"] }, ["order.kind", "other"], []],
    ["all attributes, in the other spelling", { MessageAttributeNames: [".*"] }, ["order.kind", "other"], []],
    ["a system attribute", { MessageSystemAttributeNames: ["SentTimestamp"] }, [], ["SentTimestamp"]],
    ["all system attributes", { MessageSystemAttributeNames: ["All"] }, [], ["SentTimestamp", "SenderId"]],
    [
      "a system attribute by the older name",
      { AttributeNames: ["SentTimestamp" as never] },
      [],
      ["SentTimestamp"],
    ],
    ["no attribute by the older name", { AttributeNames: [] }, [], []],
  ])("gets what it asks for: %s", async (_, input, attributes, system) => {
    await send({ MessageAttributes: { "order.kind": text("x"), other: text("x") } });
    takeSpans();
    const [message] = await receive(input);
    expect(Object.keys(message?.MessageAttributes ?? {})).toEqual(
      expect.arrayContaining([...attributes, "traceparent"]),
    );
    expect(Object.keys(message?.Attributes ?? {})).toEqual(
      expect.arrayContaining([...system, "AWSTraceHeader"]),
    );
    expect(takeSpans()[0]?.links).toHaveLength(1);
  });

  test("asks for the dialects that it writes itself", async () => {
    const client = traced(new SQSClient(local(strict.url)), { formats: [b3] });
    await send({}, client);
    const [span] = takeSpans();
    const [message] = await receive({}, client);
    expect(Object.keys(message?.MessageAttributes ?? {})).toEqual(["b3"]);
    expect(takeSpans()[0]?.links).toMatchObject([{ context: idsOf(span) }]);
    client.destroy();
  });

  test("has spans for what it does with messages", async () => {
    await send();
    const [{ ReceiptHandle } = {}] = await receive({}, plain);
    takeSpans();
    const handle = { QueueUrl: queue.queueUrl, ReceiptHandle };
    await sqs.send(new ChangeMessageVisibilityCommand({ ...handle, VisibilityTimeout: 9 }));
    await sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl: queue.queueUrl, Entries: [{ Id: "1", ReceiptHandle }] }),
    );
    await sqs.send(new DeleteMessageCommand(handle));
    const all = takeSpans();
    expect(all.map(({ name, kind }) => [name, kind])).toEqual([
      [`change_visibility ${queue.queueName}`, SpanKind.CLIENT],
      [`delete ${queue.queueName}`, SpanKind.CLIENT],
      [`delete ${queue.queueName}`, SpanKind.CLIENT],
    ]);
    expect(all.map(({ attributes }) => attributes["messaging.operation.type"])).toEqual(
      Array(3).fill("settle"),
    );
    expect(all.map(({ attributes }) => attributes["messaging.batch.message_count"])).toEqual([
      undefined,
      1,
      undefined,
    ]);
  });
});
