import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import {
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { SpanStatusCode } from "@opentelemetry/api";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { shortages, traced } from "../../src/index.ts";
import { type Answer, type Endpoint, type Seen, startEndpoint } from "./endpoint.ts";
import { local, recordSpans, takeSpans } from "./spans.ts";

recordSpans();
const QueueUrl = "https://sqs.us-east-1.amazonaws.com/123456789012/orders";
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  takeSpans();
});

async function endpointFor(
  answer: (seen: Seen, index: number) => Answer | Promise<Answer>,
): Promise<Endpoint> {
  let count = 0;
  const endpoint = await startEndpoint((seen) => {
    count += 1;
    return answer(seen, count - 1);
  });
  closing.push(endpoint.close);
  return endpoint;
}

function clientOf({ url: endpoint }: Endpoint, overrides: object = {}): SQSClient {
  const client = traced(new SQSClient({ ...local(endpoint), md5: false, ...overrides } as never));
  closing.push(() => client.destroy());
  return client;
}
const carries = ({ body }: Seen) => JSON.stringify(body).includes("traceparent");
const send = (client: SQSClient, options: object = {}) =>
  client.send(new SendMessageCommand({ QueueUrl, MessageBody: "hello" }), options);

describe("a queue with a lower limit of its own", () => {
  let aws: FauxqsServer;
  let client: SQSClient;
  let queueUrl: string;

  beforeAll(async () => {
    aws = await startFauxqs({ port: 0, logger: false });
    client = traced(new SQSClient({ ...local(`http://127.0.0.1:${aws.port}`) }));
    queueUrl = aws.createQueue("short", { attributes: { MaximumMessageSize: "1024" } }).queueUrl;
  });
  beforeEach(() => client.send(new PurgeQueueCommand({ QueueUrl: queueUrl })));
  afterAll(async () => {
    client.destroy();
    await aws.stop();
  });
  const received = async () => {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ["All"],
    });
    const { Messages = [] } = await client.send(command);
    for (const { ReceiptHandle } of Messages)
      await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    return Messages.map(({ Body = "", MessageAttributes = {} }) => [
      Body.slice(0, 5),
      "traceparent" in MessageAttributes,
    ]);
  };
  const long = (id: string) => id.padEnd(1000, "x");

  test("gets the message once, without a context", async () => {
    const before = shortages();
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: long("first") }));
    expect(await received()).toEqual([["first", false]]);
    expect(await received()).toEqual([]);
    expect(shortages()).toEqual({ ...before, skipped: before.skipped + 1 });
  });

  test("gets each message of a batch once, and those without a context that it refused with one", async () => {
    const before = shortages();
    const Entries = ["small", long("long1"), "other", long("long2")].map((MessageBody) => ({
      Id: MessageBody.slice(0, 5),
      MessageBody,
    }));
    const answer = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    expect(answer.Successful?.map(({ Id }) => Id).sort()).toEqual(["long1", "long2", "other", "small"]);
    expect(answer.Failed ?? []).toEqual([]);
    expect((await received()).sort()).toEqual([
      ["long1", false],
      ["long2", false],
      ["other", true],
      ["small", true],
    ]);
    expect(await received()).toEqual([]);
    expect(shortages()).toEqual({ ...before, skipped: before.skipped + 2 });
  });

  test("refuses what is too long by itself as ever, alone and in a batch", async () => {
    const MessageBody = "x".repeat(1025);
    const one = client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    await expect(one).rejects.toMatchObject({ name: "AWS.SimpleQueueService.InvalidParameterValue" });
    const Entries = [
      { Id: "1", MessageBody },
      { Id: "2", MessageBody: "small" },
    ];
    const answer = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    expect(answer.Successful).toMatchObject([{ Id: "2" }]);
    expect(answer.Failed).toMatchObject([{ Id: "1", Code: "InvalidParameterValue", SenderFault: true }]);
    expect(await received()).toEqual([["small", true]]);
  });
});

test.each([
  "InvalidParameterValue",
  "InvalidMessageContents",
  "InvalidAttributeValue",
  "BatchRequestTooLong",
  "ValidationException",
  "com.amazonaws.sqs#InvalidParameterValue",
])("a refusal by %s is sent again, once, as the user gave it", async (refusal) => {
  const endpoint = await endpointFor((seen) => (carries(seen) ? { refusal } : { MessageId: "m-1" }));
  await expect(send(clientOf(endpoint))).resolves.toMatchObject({ MessageId: "m-1" });
  const [first, second, ...more] = endpoint.take();
  expect(carries(first as Seen)).toBe(true);
  expect(second?.body).toEqual({ QueueUrl, MessageBody: "hello" });
  expect(more).toEqual([]);
  // One send, one span, and the live header on both of its requests.
  expect(takeSpans()).toMatchObject([{ status: { code: SpanStatusCode.UNSET } }]);
  expect(second?.headers["x-amzn-trace-id"]).toBe(first?.headers["x-amzn-trace-id"]);
});

test("the second refusal is the user's", async () => {
  const endpoint = await endpointFor((_, index) => ({
    refusal: index === 0 ? "InvalidParameterValue" : "InvalidMessageContents",
  }));
  await expect(send(clientOf(endpoint))).rejects.toMatchObject({ name: "InvalidMessageContents" });
  expect(endpoint.take()).toHaveLength(2);
  expect(takeSpans()).toMatchObject([
    { status: { code: SpanStatusCode.ERROR }, attributes: { "error.type": "InvalidMessageContents" } },
  ]);
});

test.each([
  ["QueueDoesNotExist", 400],
  ["AccessDeniedException", 400],
  ["RequestThrottled", 403],
  ["InvalidSecurity", 400],
  ["InvalidBatchEntryId", 400],
  ["KmsInvalidState", 400],
  ["InternalFailure", 500],
  ["ServiceUnavailable", 503],
  // No service says so, but a gateway on the way may: it may have been taken.
  ["ValidationException", 500],
])("%s (%i) is not sent again", async (refusal, status) => {
  const endpoint = await endpointFor(() => ({ refusal, status }));
  await expect(send(clientOf(endpoint))).rejects.toMatchObject({ $metadata: { httpStatusCode: status } });
  expect(endpoint.take()).toHaveLength(1);
});

test("whatever an error is called, a request that is too large is sent again without", async () => {
  const endpoint = await endpointFor((seen) =>
    carries(seen) ? { refusal: "Whatever", status: 413 } : { MessageId: "m-1" },
  );
  await send(clientOf(endpoint));
  expect(endpoint.take().map(carries)).toEqual([true, false]);
});

test("what may have been taken is not sent again: a lost answer, an abort", async () => {
  const endpoint = await endpointFor(() => new Promise<Answer>(() => {}));
  const hasty = clientOf(endpoint, {
    requestHandler: new NodeHttpHandler({ requestTimeout: 100, throwOnRequestTimeout: true }),
  });
  await expect(send(hasty)).rejects.toMatchObject({ name: "TimeoutError" });
  const abortSignal = AbortSignal.timeout(100);
  await expect(send(clientOf(endpoint), { abortSignal })).rejects.toMatchObject({ name: "AbortError" });
  expect(endpoint.take().map(carries)).toEqual([true, true]);
});

test("who aborts after the refusal is not sent for again", async () => {
  const aborting = new AbortController();
  const endpoint = await endpointFor(() => {
    aborting.abort();
    return { refusal: "InvalidParameterValue" };
  });
  await expect(send(clientOf(endpoint), { abortSignal: aborting.signal })).rejects.toThrow();
  expect(endpoint.take()).toHaveLength(1);
});

describe("of a batch", () => {
  const Entries = ["1", "2", "3"].map((Id) => ({ Id, MessageBody: Id }));
  const batch = (client: SQSClient) => client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const ok = (Id: string) => ({ Id, MessageId: `m-${Id}`, MD5OfMessageBody: "" });
  const failed = (Id: string, Code: string, SenderFault = true) => ({ Id, Code, SenderFault });
  const idsIn = ({ body }: Seen) => (body.Entries as { Id: string }[]).map(({ Id }) => Id);

  test("only the entries that were refused for their contents go again", async () => {
    const endpoint = await endpointFor((seen, index) =>
      index === 0
        ? {
            Successful: [ok("2")],
            Failed: [failed("1", "InvalidParameterValue"), failed("3", "InternalError", false)],
          }
        : { Successful: idsIn(seen).map(ok) },
    );
    const answer = await batch(clientOf(endpoint));
    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(["2", "1"]);
    expect(answer.Failed).toMatchObject([{ Id: "3", Code: "InternalError" }]);
    expect(endpoint.take().map((seen) => [idsIn(seen), carries(seen)])).toEqual([
      [["1", "2", "3"], true],
      [["1"], false],
    ]);
  });

  test("the first answer stands where the second request fails", async () => {
    const first = { Successful: [ok("2"), ok("3")], Failed: [failed("1", "InvalidMessageContents")] };
    const endpoint = await endpointFor((_, index) =>
      index === 0 ? first : { refusal: "ServiceUnavailable", status: 503 },
    );
    const answer = await batch(clientOf(endpoint));
    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(["2", "3"]);
    expect(answer.Failed).toMatchObject([{ Id: "1" }]);
    expect(endpoint.take()).toHaveLength(2);
  });
});

test("names of other services' refusals are known too", async () => {
  const endpoint = await endpointFor((seen) =>
    JSON.stringify(seen.body).length > 100 ? { refusal: "InvalidArgumentException" } : { ShardId: "1" },
  );
  const kinesis = traced(
    new KinesisClient({ ...local(endpoint.url), requestHandler: new NodeHttpHandler() }),
  );
  closing.push(() => kinesis.destroy());
  await kinesis.send(new PutRecordCommand({ StreamName: "s", PartitionKey: "1", Data: Buffer.from("{}") }));
  expect(endpoint.take()).toHaveLength(2);
});

test("what is sent as the user gave it is never sent again", async () => {
  const endpoint = await endpointFor(() => ({ refusal: "ValidationException" }));
  const kinesis = traced(
    new KinesisClient({ ...local(endpoint.url), requestHandler: new NodeHttpHandler() }),
  );
  closing.push(() => kinesis.destroy());
  const Data = Buffer.from("plain");
  const put = kinesis.send(new PutRecordCommand({ StreamName: "s", PartitionKey: "1", Data }));
  await expect(put).rejects.toMatchObject({ name: "ValidationException" });
  expect(endpoint.take()).toHaveLength(1);
});
