import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { SpanKind } from "@opentelemetry/api";
import { resolve } from "@throughline/triggers";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { traced } from "../../src/index.ts";
import { inSpan, local, recordSpans, takeSpans } from "./spans.ts";

let server: FauxqsServer;
let sqs: SQSClient;
let QueueUrl: string;

beforeAll(async () => {
  recordSpans();
  server = await startFauxqs({ port: 0, logger: false });
  sqs = traced(new SQSClient(local(`http://127.0.0.1:${server.port}`)));
});
beforeEach(async () => {
  QueueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: crypto.randomUUID() }))).QueueUrl ?? "";
  takeSpans();
});
afterAll(async () => {
  sqs.destroy();
  await server.stop();
});

/** A received batch as the event that Lambda makes of it. */
async function receivedEvent() {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  return {
    Records: Messages.map(({ MessageId, Body, MessageAttributes = {} }) => ({
      messageId: MessageId,
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:orders",
      body: Body,
      attributes: {},
      messageAttributes: Object.fromEntries(
        Object.entries(MessageAttributes).map(([name, { StringValue, DataType }]) => [
          name,
          { stringValue: StringValue, dataType: DataType },
        ]),
      ),
    })),
  };
}

test("a message continues the span that sent it", async () => {
  const input = Object.freeze({ QueueUrl, MessageBody: "{}" });
  await inSpan("work", () => sqs.send(new SendMessageCommand(input)));
  const [send, work] = takeSpans();
  expect(send).toMatchObject({ kind: SpanKind.PRODUCER, name: `send ${QueueUrl.split("/").at(-1)}` });
  expect(send?.parentSpanContext?.spanId).toBe(work?.spanContext().spanId);
  const { parentage } = resolve(await receivedEvent(), undefined);
  expect(parentage.parent).toMatchObject({
    traceId: send?.spanContext().traceId,
    spanId: send?.spanContext().spanId,
    sampled: true,
  });
  const [receive] = takeSpans();
  expect(receive?.links.map(({ context }) => context.spanId)).toEqual([send?.spanContext().spanId]);
});

test("every entry of a batch does", async () => {
  const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody: "{}" }));
  await inSpan("work", () => sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })));
  const [send] = takeSpans();
  expect(send?.attributes).toMatchObject({ "messaging.batch.message_count": 10 });
  const { messages } = resolve(await receivedEvent(), undefined);
  expect(messages).toHaveLength(10);
  for (const { context } of messages) expect(context?.spanId).toBe(send?.spanContext().spanId);
});
