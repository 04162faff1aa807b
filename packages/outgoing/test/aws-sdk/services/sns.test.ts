import {
  CreateTopicCommand,
  type MessageAttributeValue,
  PublishBatchCommand,
  PublishCommand,
  type PublishCommandInput,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SpanKind } from "@opentelemetry/api";
import type { LocalServer } from "@throughline/testing";
import { snsEvent, startQueueMapping, startStrictMessaging } from "@throughline/testing";
import { resolve } from "@throughline/triggers";
import type { SQSEvent } from "aws-lambda";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { traced } from "../../../src/index.ts";
import { idsOf, local, recordSpans, takeSpans } from "../spans.ts";

const text = (StringValue: string): MessageAttributeValue => ({ DataType: "String", StringValue });
const DATADOG = JSON.stringify({
  "x-datadog-trace-id": "11803532876627986230",
  "x-datadog-parent-id": "67667974448284343",
  "x-datadog-sampling-priority": "1",
  "x-datadog-tags": "_dd.p.tid=4bf92f3577b34da6,_dd.p.dm=-0",
});
recordSpans();
let aws: FauxqsServer;
let strict: LocalServer;
let sqs: SQSClient;
let plain: SNSClient;
let sns: SNSClient;
let queue: { queueUrl: string; queueArn: string; queueName: string };
let TopicArn: string;
let topics = 0;

beforeAll(async () => {
  aws = await startFauxqs({ port: 0, logger: false });
  strict = await startStrictMessaging({ upstream: `http://127.0.0.1:${aws.port}` });
  sqs = new SQSClient(local(strict.url));
  plain = new SNSClient(local(strict.url));
  sns = traced(new SNSClient(local(strict.url)));
});
afterAll(async () => {
  for (const client of [sqs, plain, sns]) client.destroy();
  await strict.close();
  await aws.stop();
});
beforeEach(async () => {
  topics += 1;
  queue = aws.createQueue(`items-${topics}`);
  TopicArn = (await plain.send(new CreateTopicCommand({ Name: `orders-${topics}` }))).TopicArn ?? "";
});

const subscribe = (raw: boolean) =>
  plain.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: "sqs",
      Endpoint: queue.queueArn,
      Attributes: { RawMessageDelivery: String(raw) },
    }),
  );
const publish = (input: PublishCommandInput | Omit<PublishCommandInput, "Message"> = {}, client = sns) =>
  client.send(new PublishCommand({ TopicArn, Message: "hello", ...input }));
const publishBatch = (...bodies: string[]) => {
  const PublishBatchRequestEntries = bodies.map((Message) => ({ Id: Message, Message }));
  return sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
};
const nextEvent = async (): Promise<SQSEvent> => {
  const mapping = startQueueMapping({ sqs, ...queue, pollSeconds: 0, invoke: async () => undefined });
  await vi.waitFor(() => expect(mapping.batches).not.toEqual([]), 10_000);
  await mapping.stop();
  return mapping.batches[0]?.event as SQSEvent;
};
/** The event of a function that is subscribed itself: it gets what a queue gets, without the queue around it. */
const asNotification = ({ Records }: SQSEvent) => {
  const { MessageAttributes, ...Sns } = JSON.parse(Records[0]?.body ?? "");
  return snsEvent({ ...Sns, MessageAttributes });
};

describe.each([
  ["wrapped", false],
  ["raw", true],
])("a notification delivered %s to a queue", (_, raw) => {
  beforeEach(() => subscribe(raw));

  test("has the publication's span for its parent", async () => {
    await publish({ MessageAttributes: { kind: text("order") } });
    const [span] = takeSpans();
    const event = await nextEvent();
    expect(resolve(event, undefined, {}).parentage).toMatchObject({ parent: idsOf(span), links: [] });
    expect(event.Records[0]?.body).toContain("hello");
  });

  test("so has each of a batch", async () => {
    await publishBatch("one", "two");
    const [span] = takeSpans();
    const { messages } = resolve(await nextEvent(), undefined, {});
    expect(messages.map(({ context }) => context)).toMatchObject([idsOf(span), idsOf(span)]);
  });

  test.each([
    ["a text", text(DATADOG)],
    ["bytes", { DataType: "Binary", BinaryValue: Buffer.from(DATADOG) }],
  ])("from a producer with Datadog's tracer, which sends %s, is found too", async (_, _datadog) => {
    await publish({ MessageAttributes: { _datadog } }, plain);
    expect(resolve(await nextEvent(), undefined, {}).parentage.parent).toMatchObject({
      traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
      spanId: "00f067aa0ba902b7",
    });
  });
});

test("a function that is subscribed itself has the publication's span for its parent", async () => {
  await subscribe(false);
  await publish();
  const [span] = takeSpans();
  const event = asNotification(await nextEvent());
  expect(resolve(event, undefined, {}).parentage).toMatchObject({ parent: idsOf(span), links: [] });
});

test("the spans are named by the topic", async () => {
  const { MessageId } = await publish();
  await publishBatch("one", "two");
  const common = {
    "messaging.system.name": "aws.sns",
    "messaging.operation.name": "send",
    "messaging.operation.type": "send",
    "messaging.destination.name": `orders-${topics}`,
    "aws.sns.topic.arn": TopicArn,
  };
  const name = `send orders-${topics}`;
  expect(takeSpans()).toMatchObject([
    { name, kind: SpanKind.PRODUCER, attributes: { ...common, "messaging.message.id": MessageId } },
    { name, kind: SpanKind.PRODUCER, attributes: { ...common, "messaging.batch.message_count": 2 } },
  ]);
});

test("a message in several versions and one to a phone get no attributes", async () => {
  await subscribe(true);
  await publish({ MessageStructure: "json", Message: '{"default":"hello"}' });
  expect((await nextEvent()).Records[0]?.messageAttributes).toEqual({});
  takeSpans();
  await publish({ TopicArn: undefined, PhoneNumber: "+4670000000" }).catch(() => undefined);
  expect(takeSpans()[0]).toMatchObject({ name: "send", kind: SpanKind.PRODUCER });
});
