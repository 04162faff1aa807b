import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { snsNotification } from "../../src/events/events.ts";
import {
  type QueueMapping,
  type QueueMappingOptions,
  startQueueMapping,
} from "../../src/mappings/event-source-mapping.ts";

let aws: FauxqsServer;
let sqs: SQSClient;
let sns: SNSClient;
beforeAll(async () => {
  aws = await startFauxqs({ port: 0, logger: false });
  const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
  const config = { endpoint: `http://127.0.0.1:${aws.port}`, region: "us-east-1", credentials };
  sqs = new SQSClient(config);
  sns = new SNSClient(config);
});
afterAll(async () => {
  await Promise.all(stopping);
  sqs.destroy();
  sns.destroy();
  await aws.stop();
});

let queue: { queueUrl: string; queueArn: string; queueName: string };
let mapping: QueueMapping | undefined;
let queues = 0;
beforeEach(() => {
  queues += 1;
  queue = aws.createQueue(`orders-${queues}`);
  mapping = undefined;
});
// A mapping ends with its poll; the tests, each on its own queue, need not wait for that one by one.
const stopping: (Promise<void> | undefined)[] = [];
afterEach(() => {
  stopping.push(mapping?.stop());
});

const start = (invoke: QueueMappingOptions["invoke"], options: Partial<QueueMappingOptions> = {}) => {
  mapping = startQueueMapping({
    sqs,
    queueUrl: queue.queueUrl,
    queueArn: queue.queueArn,
    invoke,
    ...options,
  });
  return mapping;
};

const send = (...bodies: string[]) =>
  sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queue.queueUrl,
      Entries: bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
    }),
  );

/** Messages that wait, and those that somebody has taken but not deleted. */
const counts = async () => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.queueUrl, AttributeNames: ["All"] }),
  );
  return [Attributes.ApproximateNumberOfMessages, Attributes.ApproximateNumberOfMessagesNotVisible].map(
    Number,
  );
};

const bodies = (event: SQSEvent | undefined) => event?.Records.map(({ body }) => body).sort();
const batches = (count: number) =>
  vi.waitFor(() => expect(mapping?.batches.length).toBeGreaterThanOrEqual(count), 10_000);

test("a message is the record that Lambda makes of it, and is deleted afterwards", async () => {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queue.queueUrl,
      MessageBody: "hello",
      MessageAttributes: {
        traceparent: { DataType: "String", StringValue: "00-a-b-01" },
        _datadog: { DataType: "Binary", BinaryValue: Buffer.from("{}") },
        amount: { DataType: "Number.int", StringValue: "5" },
      },
    }),
  );
  start(async () => undefined);
  await batches(1);
  const lists = { stringListValues: [], binaryListValues: [] };
  expect(mapping?.batches[0]?.event).toEqual({
    Records: [
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        receiptHandle: expect.stringMatching(/./),
        body: "hello",
        attributes: {
          ApproximateReceiveCount: "1",
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.stringMatching(/./),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {
          traceparent: { stringValue: "00-a-b-01", ...lists, dataType: "String" },
          _datadog: { binaryValue: "e30=", ...lists, dataType: "Binary" },
          amount: { stringValue: "5", ...lists, dataType: "Number.int" },
        },
        md5OfBody: "5d41402abc4b2a76b9719d911017c592",
        md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventSource: "aws:sqs",
        eventSourceARN: queue.queueArn,
        awsRegion: "us-east-1",
      },
    ],
  });
  expect(await counts()).toEqual([0, 0]);
});

test("a message without attributes has none, and no checksum of them", async () => {
  await send("plain");
  start(async () => undefined);
  await batches(1);
  const [record] = mapping?.batches[0]?.event.Records ?? [];
  expect(record?.messageAttributes).toEqual({});
  expect(record).not.toHaveProperty("md5OfMessageAttributes");
});

test("messages that are there come as one batch, up to its size", async () => {
  await send(..."abcdefg");
  start(async () => undefined, { batchSize: 5 });
  await batches(2);
  expect(mapping?.batches.map(({ event }) => event.Records.length)).toEqual([5, 2]);
});

test("a batch gathers more messages than one receive gives", async () => {
  await send(..."0123456789");
  await send(..."abcde");
  start(async () => undefined, { batchSize: 15 });
  await batches(1);
  expect(mapping?.batches[0]?.event.Records).toHaveLength(15);
  expect(await counts()).toEqual([0, 0]);
});

test("messages that come within the window join the batch", async () => {
  start(async () => undefined, { batchSize: 2, batchWindow: 20_000 });
  await send("first");
  await send("second");
  await batches(1);
  expect(bodies(mapping?.batches[0]?.event)).toEqual(["first", "second"]);
});

test("failed items come again, the others are deleted", async () => {
  await send("good", "bad", "fine");
  start(async (event) => ({
    batchItemFailures: event.Records.filter(
      ({ body, attributes }) => body === "bad" && attributes.ApproximateReceiveCount === "1",
    ).map(({ messageId }) => ({ itemIdentifier: messageId })),
  }));
  await batches(2);
  const [first, second] = mapping?.batches ?? [];
  expect(bodies(first?.event)).toEqual(["bad", "fine", "good"]);
  expect(first?.failures).toEqual([second?.event.Records[0]?.messageId]);
  expect(bodies(second?.event)).toEqual(["bad"]);
  expect(second?.event.Records[0]?.attributes.ApproximateReceiveCount).toBe("2");
  expect(await counts()).toEqual([0, 0]);
});

test.each([
  ["an id that is not in the batch", [{ itemIdentifier: "unknown" }]],
  ["an empty id", [{ itemIdentifier: "" }]],
  ["another key", [{ id: "x" }]],
  ["null", [null]],
])("the batch has failed as a whole when its failures name %s", async (_, batchItemFailures) => {
  await send("a", "b");
  start(async () => ({ batchItemFailures }));
  await batches(1);
  expect(mapping?.batches[0]?.failures).toHaveLength(2);
  expect(await counts()).toEqual([0, 2]);
});

test.each([null, {}, { batchItemFailures: [] }, { batchItemFailures: null }, "text"])(
  "the batch has succeeded when the function returns %j",
  async (result) => {
    await send("a", "b");
    start(async () => result);
    await batches(1);
    expect(mapping?.batches[0]).toMatchObject({ result, failures: [] });
    expect(await counts()).toEqual([0, 0]);
  },
);

test("all messages stay, out of sight, when the function fails", async () => {
  await send("a", "b");
  const failure = new Error("no");
  start(async () => {
    throw failure;
  });
  await batches(1);
  expect(mapping?.batches[0]).toMatchObject({ result: undefined, error: failure });
  expect(await counts()).toEqual([0, 2]);
});

test("stopping waits for the function, and nothing is lost afterwards", async () => {
  let finished = false;
  await send("a");
  const running = new Promise<void>((resolve) => {
    start(async () => {
      resolve();
      await new Promise((done) => setImmediate(done));
      finished = true;
    });
  });
  await running;
  await mapping?.stop();
  expect(finished).toBe(true);

  await send("later");
  expect(await counts()).toEqual([1, 0]);
});

test("a queue that is not there is an error to look at, not to stop for", async () => {
  start(async () => undefined, { queueUrl: queue.queueUrl.replace(queue.queueName, "none") });
  await vi.waitFor(() => expect(mapping?.errors).toMatchObject([{ name: "QueueDoesNotExist" }, {}]), 10_000);
});

test.each([0, 1.5, 10_001])("a batch size of %d is refused", (batchSize) => {
  expect(() => start(async () => undefined, { batchSize })).toThrow("expected 1 to 10000");
});

test.each([
  ["wrapped", {}],
  ["raw", { RawMessageDelivery: "true" }],
])("a topic's message comes %s", async (delivery, attributes) => {
  const { topicArn } = aws.createTopic(`topic-${queues}`);
  aws.subscribe({ topic: `topic-${queues}`, queue: queue.queueName, attributes });
  await sns.send(
    new PublishCommand({
      TopicArn: topicArn,
      Message: "order",
      MessageAttributes: {
        traceparent: { DataType: "String", StringValue: "00-a-b-01" },
        _datadog: { DataType: "Binary", BinaryValue: Buffer.from("{}") },
      },
    }),
  );
  start(async () => undefined);
  await batches(1);
  const [record] = mapping?.batches[0]?.event.Records ?? [];
  if (delivery === "raw") {
    expect(record?.body).toBe("order");
    expect(record?.messageAttributes).toMatchObject({
      traceparent: { stringValue: "00-a-b-01", dataType: "String" },
      _datadog: { binaryValue: "e30=", dataType: "Binary" },
    });
    return;
  }
  const notification = JSON.parse(record?.body ?? "");
  const MessageAttributes = {
    traceparent: { Type: "String", Value: "00-a-b-01" },
    _datadog: { Type: "Binary", Value: "e30=" },
  };
  expect(notification).toMatchObject({
    Type: "Notification",
    TopicArn: topicArn,
    Message: "order",
    MessageAttributes,
  });
  expect(Object.keys(notification).sort()).toEqual(
    Object.keys(JSON.parse(snsNotification({ MessageAttributes }))).sort(),
  );
});
