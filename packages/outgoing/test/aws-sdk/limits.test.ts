import { once } from "node:events";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { Kinesis, waitUntilStreamExists } from "@aws-sdk/client-kinesis";
import { CreateTopicCommand, PublishBatchCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import {
  type MessageAttributeValue,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { DiagLogLevel, diag } from "@opentelemetry/api";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { limits, sizeOfAttributes } from "@throughline/payloads";
import type { LocalServer } from "@throughline/testing";
import { type EventBus, startEventBus, startStrictMessaging } from "@throughline/testing";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AwsClient, shortages, traced } from "../../src/index.ts";
import { local, recordSpans } from "./spans.ts";

const require = createRequire(import.meta.url);
const kinesalite = require("kinesalite") as (options: object) => Server;

type Fields = Record<string, unknown>;
type Attributes = Record<string, MessageAttributeValue>;
const NOTHING = { reduced: 0, skipped: 0 };

// Datadog spells ids in decimals: other ids may have other lengths.
recordSpans({
  idGenerator: {
    generateTraceId: () => "4bf92f3577b34da6a3ce929d0e0e4736",
    generateSpanId: () => "00f067aa0ba902b7",
  },
});
let aws: FauxqsServer;
let strict: LocalServer;
let bus: EventBus;
let stream: Server;
let clients: {
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly events: EventBridgeClient;
  readonly kinesis: Kinesis;
};
/** The inputs as they went out. */
let sent: Fields[] = [];
let QueueUrl: string;
let TopicArn: string;
let before = NOTHING;

beforeAll(async () => {
  aws = await startFauxqs({ port: 0, logger: false });
  strict = await startStrictMessaging({ upstream: `http://127.0.0.1:${aws.port}` });
  bus = await startEventBus({ targets: [] });
  stream = kinesalite({ createStreamMs: 0 });
  stream.listen(0, "127.0.0.1");
  await once(stream, "listening");
  const { port } = stream.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  clients = {
    sqs: watched(new SQSClient(local(strict.url))),
    sns: watched(new SNSClient(local(strict.url))),
    events: watched(new EventBridgeClient(local(bus.url))),
    kinesis: watched(new Kinesis({ ...local(endpoint), requestHandler: new NodeHttpHandler() })),
  };
  QueueUrl = aws.createQueue("orders").queueUrl;
  TopicArn = (await clients.sns.send(new CreateTopicCommand({ Name: "orders" }))).TopicArn ?? "";
  const { kinesis } = clients;
  await kinesis.createStream({ StreamName: "orders", ShardCount: 1 });
  await waitUntilStreamExists(
    { client: kinesis, maxWaitTime: 10, minDelay: 1, maxDelay: 1 },
    { StreamName: "orders" },
  );
});
afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await Promise.all([strict.close(), bus.close(), aws.stop()]);
  stream.close();
});
beforeEach(() => {
  sent = [];
  before = shortages();
});

function watched<Client extends AwsClient>(client: Client): Client {
  traced(client);
  const stack = client.middlewareStack as unknown as SQSClient["middlewareStack"];
  stack.add(
    (next) => (args) => {
      sent.push(args.input as Fields);
      return next(args);
    },
    { step: "initialize", priority: "low" },
  );
  return client;
}

const counted = () => {
  const { reduced, skipped } = shortages();
  return { reduced: reduced - before.reduced, skipped: skipped - before.skipped };
};
const text = (StringValue: string): MessageAttributeValue => ({ DataType: "String", StringValue });
const attributes = (count: number): Attributes =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, text("v")]));
const names = (message: Fields | undefined) => Object.keys((message?.MessageAttributes ?? {}) as object);
const own = /^a\d$/;
const bytesIn = (data: unknown) => (data instanceof Uint8Array ? data.byteLength : Number.NaN);

describe("attributes", () => {
  test.each([
    [7, ["traceparent", "_datadog"], NOTHING],
    [8, ["traceparent", "_datadog"], NOTHING],
    [9, ["traceparent"], { reduced: 1, skipped: 0 }],
    [10, [], { reduced: 0, skipped: 1 }],
  ])("beside %i of the user's own there are %j, and SQS takes them", async (count, added, shortage) => {
    const MessageAttributes = attributes(count);
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageAttributes }));
    expect(names(sent[0]).filter((name) => !own.test(name))).toEqual(added);
    expect(sent).toHaveLength(1);
    expect(counted()).toEqual(shortage);
  });

  test("what is left out is told in one line of the debug log", async () => {
    const lines: string[] = [];
    const logger = {
      error() {},
      warn() {},
      info() {},
      verbose() {},
      debug: (line: string) => lines.push(line),
    };
    diag.setLogger(logger, DiagLogLevel.DEBUG);
    const MessageAttributes = attributes(10);
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageAttributes }));
    diag.disable();
    const ours = lines.filter((line) => line.startsWith("Throughline"));
    expect(ours).toEqual([expect.stringMatching(/SQS\.SendMessage.*skipped/)]);
  });

  test("an eleventh would have been refused", async () => {
    const MessageAttributes = attributes(11);
    const sending = clients.sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageAttributes }),
    );
    await expect(sending).rejects.toMatchObject({ name: "InvalidParameterValue" });
  });
});

/** The bytes that the context takes in a message that has room for it. */
async function needed(send: (body: string) => Promise<unknown>, added: (input: Fields) => number) {
  await send("x");
  const bytes = added(sent.at(-1) ?? {});
  sent = [];
  before = shortages();
  return bytes;
}
const attributesOf = (message: Fields) => sizeOfAttributes(message.MessageAttributes as never);
const list = (input: Fields, name: string) => input[name] as Fields[];

describe("bytes, to the last one", () => {
  const message = (MessageBody: string) =>
    clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const publish = (Message: string) => clients.sns.send(new PublishCommand({ TopicArn, Message }));
  const batch = (...bodies: string[]) =>
    clients.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: bodies.map((MessageBody, index) => ({ Id: `${index}`, MessageBody })),
      }),
    );
  const publishBatch = (...bodies: string[]) =>
    clients.sns.send(
      new PublishBatchCommand({
        TopicArn,
        PublishBatchRequestEntries: bodies.map((Message, index) => ({ Id: `${index}`, Message })),
      }),
    );

  test.each([
    ["SQS", limits.sqs.message, message],
    ["SNS", limits.sns.message, publish],
  ])("a message of %s", async (_, limit, send) => {
    const bytes = await needed(send, attributesOf);
    await send("x".repeat(limit - bytes));
    expect(attributesOf(sent[0] ?? {})).toBe(bytes);
    expect(counted()).toEqual(NOTHING);
    await send("x".repeat(limit - bytes + 1));
    expect(names(sent[1])).toEqual(["traceparent"]);
    expect(counted()).toEqual({ reduced: 1, skipped: 0 });
    const least = attributesOf(sent[1] ?? {});
    await send("x".repeat(limit - least));
    expect(names(sent[2])).toEqual(["traceparent"]);
    await send("x".repeat(limit - least + 1));
    expect(names(sent[3])).toEqual([]);
    expect(counted()).toEqual({ reduced: 2, skipped: 1 });
    // Each was sent once: nothing of it was refused.
    expect(sent).toHaveLength(4);
  });

  test.each([
    ["SQS", limits.sqs.message, batch, "Entries"],
    ["SNS", limits.sns.message, publishBatch, "PublishBatchRequestEntries"],
  ])("a batch of %s, which shares it out", async (_, limit, send, entries) => {
    const bytes = await needed(send, (input) => attributesOf(list(input, entries)[0] ?? {}));
    const long = "x".repeat(limit - 2 * bytes - 1);
    await send(long, "y");
    expect(list(sent[0] ?? {}, entries).map(names)).toEqual(Array(2).fill(["traceparent", "_datadog"]));
    expect(counted()).toEqual(NOTHING);
    await send(`${long}x`, "y");
    expect(list(sent[1] ?? {}, entries).map(names)).toEqual(Array(2).fill(["traceparent"]));
    expect(counted()).toEqual({ reduced: 2, skipped: 0 });
    expect(sent).toHaveLength(2);
  });

  test("what SQS would have refused is what we left out", async () => {
    const bytes = await needed(message, attributesOf);
    const MessageAttributes = { w: text("x".repeat(bytes - "wString".length)) };
    const filled = (MessageBody: string) =>
      clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
    await filled("x".repeat(limits.sqs.message - bytes));
    await expect(filled("x".repeat(limits.sqs.message - bytes + 1))).rejects.toMatchObject({
      name: "InvalidParameterValue",
    });
  });

  test("all events of a request", async () => {
    const put = (...details: string[]) =>
      clients.events.send(
        new PutEventsCommand({
          Entries: details.map((n) => ({
            Source: "shop",
            DetailType: "Placed",
            Detail: JSON.stringify({ n }),
            Time: new Date(0),
            Resources: ["arn:ü"],
          })),
        }),
      );
    const detailsOf = (input: Fields | undefined) =>
      list(input ?? {}, "Entries").map(({ Detail }) => Buffer.byteLength(String(Detail)));
    const carrying = (input: Fields | undefined) =>
      list(input ?? {}, "Entries").map(({ Detail }) => String(Detail).includes("_datadog"));
    const bytes = await needed(put, (input) => (detailsOf(input)[0] ?? 0) - '{"n":"x"}'.length);
    const rest = 14 + Buffer.byteLength('shopPlacedarn:ü{"n":""}');
    const room = limits.eventbridge.entries - 1 - 2 * (rest + bytes);
    await put("x".repeat(room - 1), "y");
    expect(detailsOf(sent[0])).toEqual([room - 1 + 8 + bytes, 9 + bytes]);
    expect(counted()).toEqual(NOTHING);
    await put("x".repeat(room), "y");
    expect(carrying(sent[1])).toEqual([true, true]);
    expect(counted()).toEqual({ reduced: 2, skipped: 0 });
    await put("x".repeat(limits.eventbridge.entries - 1 - 2 * rest - 1), "y");
    expect(carrying(sent[2])).toEqual([false, false]);
    expect(counted()).toEqual({ reduced: 2, skipped: 2 });
    expect(sent).toHaveLength(3);
    // The bus counts as we do.
    await expect(put("x".repeat(limits.eventbridge.entries - 2 * rest - 1), "y")).rejects.toMatchObject({
      name: "ValidationException",
    });
  });

  test("a record of Kinesis, its key counted", async () => {
    const put = (n: string) =>
      clients.kinesis.putRecord({
        StreamName: "orders",
        PartitionKey: "kü",
        Data: Buffer.from(JSON.stringify({ n })),
      });
    const dataOf = (input: Fields | undefined) => bytesIn(input?.Data);
    const bytes = await needed(put, (input) => dataOf(input) - '{"n":"x"}'.length);
    const room = limits.kinesis.record - Buffer.byteLength('kü{"n":""}') - bytes;
    await put("x".repeat(room));
    expect(dataOf(sent[0]) + 3).toBe(limits.kinesis.record);
    expect(counted()).toEqual(NOTHING);
    await put("x".repeat(room + 1));
    expect(dataOf(sent[1])).toBeLessThan(limits.kinesis.record - 3);
    expect(counted()).toEqual({ reduced: 1, skipped: 0 });
    expect(sent).toHaveLength(2);
  });
});

describe("a limit that may have been raised", () => {
  test("is tried where the user's own message is beyond the ordinary one", async () => {
    const sending = clients.sns.send(new PublishCommand({ TopicArn, Message: "x".repeat(300_000) }));
    await expect(sending).rejects.toMatchObject({ name: "InvalidParameterException" });
    expect(sent.map(names)).toEqual([["traceparent", "_datadog"], []]);
  });
});
