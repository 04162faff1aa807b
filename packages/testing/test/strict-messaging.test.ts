import {
  CreateTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  type PublishCommandInput,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import {
  GetQueueAttributesCommand,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startQueueMapping } from "../src/event-source-mapping.ts";
import type { LocalServer } from "../src/local-server.ts";
import { startStrictMessaging } from "../src/strict-messaging.ts";

const TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
const traced = { AWSTraceHeader: { DataType: "String", StringValue: TRACE } };
let aws: FauxqsServer;
let strict: LocalServer;
let sqs: SQSClient;
let sns: SNSClient;
let queue: { queueUrl: string; queueArn: string; queueName: string };
let queues = 0;

beforeAll(async () => {
  aws = await startFauxqs({ port: 0, logger: false });
  strict = await startStrictMessaging({ upstream: `http://127.0.0.1:${aws.port}` });
  const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
  const config = { endpoint: strict.url, region: "us-east-1", credentials, maxAttempts: 1 };
  sqs = new SQSClient(config);
  sns = new SNSClient(config);
});
afterAll(async () => {
  sqs.destroy();
  sns.destroy();
  await strict.close();
  await aws.stop();
});
beforeEach(() => {
  queues += 1;
  queue = aws.createQueue(`orders-${queues}`);
});

const attributes = (count: number): Record<string, MessageAttributeValue> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`a${index}`, { DataType: "String", StringValue: "v" }]),
  );
const send = (input: Partial<SendMessageCommandInput> = {}, headers: Record<string, string> = {}) => {
  const command = new SendMessageCommand({ QueueUrl: queue.queueUrl, MessageBody: "hello", ...input });
  command.middlewareStack.add(
    (next) => (args) => {
      Object.assign((args.request as { headers: object }).headers, headers);
      return next(args);
    },
    { step: "build" },
  );
  return sqs.send(command);
};
const receive = async (...names: ("All" | "AWSTraceHeader" | "SentTimestamp")[]) => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queue.queueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: names,
      MessageAttributeNames: ["All"],
    }),
  );
  return Messages;
};

test("a trace header that is sent reaches the function's event", async () => {
  await send({ MessageSystemAttributes: traced });
  const mapping = startQueueMapping({ sqs, ...queue, invoke: async () => undefined });
  await vi.waitFor(() => expect(mapping.batches).toHaveLength(1), 10_000);
  await mapping.stop();
  expect(mapping.batches[0]?.event.Records[0]?.attributes).toMatchObject({
    AWSTraceHeader: TRACE,
    ApproximateReceiveCount: "1",
  });
});

test("each message of a batch keeps its own", async () => {
  await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queue.queueUrl,
      Entries: [
        { Id: "1", MessageBody: "one", MessageSystemAttributes: traced },
        { Id: "2", MessageBody: "two" },
      ],
    }),
  );
  const received = (await receive("AWSTraceHeader")).map(({ Body, Attributes }) => [
    Body,
    Attributes?.AWSTraceHeader,
  ]);
  expect(received.sort()).toEqual([
    ["one", TRACE],
    ["two", undefined],
  ]);
});

test("the request's own tracing header does as well, and the message's is preferred", async () => {
  await send({ MessageBody: "request" }, { "x-amzn-trace-id": "Root=1-a-b" });
  await send(
    { MessageBody: "message", MessageSystemAttributes: traced },
    { "x-amzn-trace-id": "Root=1-a-b" },
  );
  const received = (await receive("All")).map(({ Body, Attributes }) => [Body, Attributes?.AWSTraceHeader]);
  expect(received.sort()).toEqual([
    ["message", TRACE],
    ["request", "Root=1-a-b"],
  ]);
});

test.each([[[]], [["SentTimestamp"]]] as const)("a consumer that asks for %j gets none", async (names) => {
  await send({ MessageSystemAttributes: traced });
  const [message] = await receive(...names);
  expect(message).toMatchObject({ Body: "hello" });
  expect(message?.Attributes ?? {}).not.toHaveProperty("AWSTraceHeader");
});

const text = (StringValue: string) => ({ DataType: "String", StringValue });

test.each<[string, Partial<SendMessageCommandInput>, string]>([
  ["eleven attributes", { MessageAttributes: attributes(11) }, "InvalidParameterValue"],
  ["a body over 1 MiB", { MessageBody: "x".repeat(1_048_577) }, "InvalidParameterValue"],
  [
    "attributes that make it 1 MiB",
    { MessageBody: "x".repeat(1_048_576 - 8), MessageAttributes: { ab: text("v") } },
    "InvalidParameterValue",
  ],
  ["an empty attribute", { MessageAttributes: { a: text("") } }, "InvalidParameterValue"],
  ["a name with a colon", { MessageAttributes: { "a:b": text("v") } }, "InvalidParameterValue"],
  ["a name of AWS", { MessageAttributes: { "AWS.a": text("v") } }, "InvalidParameterValue"],
  ["a control character", { MessageBody: "a\u0001" }, "InvalidMessageContents"],
  [
    "a control character in an attribute",
    { MessageAttributes: { a: text("\u0000") } },
    "InvalidMessageContents",
  ],
])("a message with %s is refused", async (_, input, Code) => {
  await expect(send(input)).rejects.toMatchObject({ name: Code, Code, $metadata: { httpStatusCode: 400 } });
  expect(await receive()).toEqual([]);
});

test("ten attributes and 1 MiB are taken, whatever the trace header's size", async () => {
  const MessageBody = "x".repeat(1_048_576 - 10 * 9);
  await send({ MessageBody, MessageAttributes: attributes(10), MessageSystemAttributes: traced });
  expect(await receive()).toHaveLength(1);
});

test("an entry of a batch is refused alone, a batch over 1 MiB as a whole", async () => {
  const batch = (...bodies: string[]) =>
    sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queue.queueUrl,
        Entries: bodies.map((MessageBody, index) => ({
          Id: String(index),
          MessageBody,
          ...(MessageBody === "eleven" && { MessageAttributes: attributes(11) }),
        })),
      }),
    );
  const { Successful, Failed } = await batch("fine", "eleven", "\u0001");
  expect(Successful).toMatchObject([{ Id: "0" }]);
  expect(Failed).toMatchObject([
    { Id: "1", Code: "InvalidParameterValue", SenderFault: true },
    { Id: "2", Code: "InvalidMessageContents", SenderFault: true },
  ]);
  expect((await batch("eleven")).Failed).toHaveLength(1);
  await expect(batch("x".repeat(600_000), "y".repeat(600_000))).rejects.toMatchObject({
    name: "BatchRequestTooLong",
  });
  expect((await receive()).map(({ Body }) => Body)).toEqual(["fine"]);
});

const topic = async (raw: "true" | "false") => {
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: queue.queueName }));
  const subscription = { TopicArn, Protocol: "sqs", Endpoint: queue.queueArn };
  await sns.send(new SubscribeCommand({ ...subscription, Attributes: { RawMessageDelivery: raw } }));
  return (input: Partial<PublishCommandInput>) =>
    sns.send(new PublishCommand({ TopicArn, Message: "hello", ...input }));
};

test.each([
  ["raw", "true", 10, 1],
  ["raw", "true", 11, 0],
  ["wrapped", "false", 11, 1],
] as const)(
  "a %s delivery from a topic (%s) with %i attributes makes %i messages",
  async (_, raw, count, messages) => {
    const publish = await topic(raw);
    await publish({ MessageAttributes: attributes(count) });
    expect(await receive()).toHaveLength(messages);
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queue.queueUrl, AttributeNames: ["All"] }),
    );
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: String(messages),
    });
  },
);

test("what is published is 256 KiB at most, attributes included", async () => {
  const publish = await topic("true");
  await publish({ Message: "x".repeat(262_144) });
  expect(await receive()).toHaveLength(1);
  const MessageAttributes = { ab: text("v") };
  await expect(publish({ Message: "x".repeat(262_144 - 8), MessageAttributes })).rejects.toMatchObject({
    name: "InvalidParameterException",
    message: expect.stringContaining("too long"),
  });
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: queue.queueName }));
  const PublishBatchRequestEntries = ["1", "2"].map((Id) => ({ Id, Message: "x".repeat(131_073) }));
  await expect(
    sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries })),
  ).rejects.toMatchObject({
    name: "BatchRequestTooLongException",
  });
  expect(await receive()).toEqual([]);
});
