import { setTimeout as delay } from "node:timers/promises";
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSEvent, SQSMessageAttribute, SQSRecord, SQSRecordAttributes } from "aws-lambda";

export interface QueueMappingOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  /** Runs the function. */
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  /** The most messages per invocation; default 10. */
  readonly batchSize?: number | undefined;
  /** Milliseconds to gather a full batch in, once there is a first message; default 50. */
  readonly batchWindow?: number | undefined;
  /** Seconds of one long poll, which `stop` waits for; default 1. */
  readonly pollSeconds?: number | undefined;
}

/** A running mapping from a queue to a function. */
export interface QueueMapping extends AsyncDisposable {
  /** Every invocation so far, in order. */
  readonly batches: readonly QueueBatch[];
  /** What went wrong between the mapping and the queue; it goes on polling. */
  readonly errors: readonly unknown[];
  /** Resolves when the invocation and the poll in progress are over. */
  stop(): Promise<void>;
}

export interface QueueBatch {
  readonly event: SQSEvent;
  /** What the function returned; `undefined` when it failed. */
  readonly result: unknown;
  /** What it rejected with. */
  readonly error: unknown;
  /** The message ids that stay in the queue. */
  readonly failures: readonly string[];
}

/**
 * Drives a function by a queue's messages, one batch at a time, as Lambda's event source mapping does.
 *
 * Messages are deleted when the function succeeds. Those in its `batchItemFailures` are made visible again at once; when it
 * fails as a whole, or reports failures that are not in the batch, all stay until their visibility timeout.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function startQueueMapping(options: QueueMappingOptions): QueueMapping {
  const { batchSize = 10 } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > 10_000) {
    throw new RangeError(`startQueueMapping({ batchSize: ${batchSize} }): expected 1 to 10000`);
  }
  const stopping = new AbortController();
  const batches: QueueBatch[] = [];
  const errors: unknown[] = [];

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const messages = await gather(options, stopping.signal);
        if (messages.length === 0) continue;
        // An abandoned poll would keep its messages out of sight; this one gives them back.
        if (stopping.signal.aborted) await release(messages, options);
        else batches.push(await runBatch(messages, options));
      } catch (error) {
        errors.push(error);
        await delay(RETRY_DELAY, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  };

  const running = run();
  const stop = (): Promise<void> => {
    stopping.abort();
    return running;
  };
  return { batches, errors, stop, [Symbol.asyncDispose]: stop };
}

const RETRY_DELAY = 100;
/** The most that SQS gives, deletes or changes per request. */
const SQS_MAX = 10;

async function gather(options: QueueMappingOptions, stopping: AbortSignal): Promise<Message[]> {
  const { batchSize = 10, batchWindow = 50, pollSeconds = 1 } = options;
  const messages = await receive(options, batchSize, pollSeconds);
  const until = performance.now() + batchWindow;
  while (messages.length > 0 && messages.length < batchSize && !stopping.aborted) {
    const more = await receive(options, batchSize - messages.length, 0);
    messages.push(...more);
    if (performance.now() >= until) break;
    if (more.length === 0) await delay(Math.min(10, batchWindow));
  }
  return messages;
}

async function receive(
  { sqs, queueUrl }: QueueMappingOptions,
  count: number,
  seconds: number,
): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: Math.min(count, SQS_MAX),
      WaitTimeSeconds: seconds,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["All"],
    }),
  );
  return Messages;
}

async function runBatch(messages: readonly Message[], options: QueueMappingOptions): Promise<QueueBatch> {
  const event: SQSEvent = { Records: messages.map((message) => toRecord(message, options.queueArn)) };
  const ids = event.Records.map(({ messageId }) => messageId);
  const { result, error } = await outcomeOf(options.invoke, event);
  const reported = new Set(error === undefined ? reportedFailures(result) : ids);
  const wholeBatch = error !== undefined || ![...reported].every((id) => ids.includes(id));
  if (wholeBatch) return { event, result, error, failures: ids };

  const failed = ({ MessageId = "" }: Message): boolean => reported.has(MessageId);
  const succeeded = messages.filter((message) => !failed(message));
  await remove(succeeded, options);
  await release(messages.filter(failed), options);
  return { event, result, error, failures: [...reported] };
}

async function outcomeOf(invoke: QueueMappingOptions["invoke"], event: SQSEvent): Promise<Outcome> {
  try {
    return { result: await invoke(event), error: undefined };
  } catch (error) {
    return { result: undefined, error: error ?? new Error("the function failed") };
  }
}

type Outcome = Pick<QueueBatch, "result" | "error">;

/** An identifier that is missing or malformed comes out as "", which is in no batch, so the whole batch has failed. */
function reportedFailures(result: unknown): string[] {
  const { batchItemFailures } = (result ?? {}) as { batchItemFailures?: unknown };
  if (!Array.isArray(batchItemFailures)) return [];
  return batchItemFailures.map((failure: { itemIdentifier?: unknown } | null) =>
    String(failure?.itemIdentifier ?? ""),
  );
}

async function remove(messages: readonly Message[], { sqs, queueUrl }: QueueMappingOptions): Promise<void> {
  for (const entries of inBatches(messages)) {
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
  }
}

async function release(messages: readonly Message[], { sqs, queueUrl }: QueueMappingOptions): Promise<void> {
  for (const entries of inBatches(messages)) {
    const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}

function inBatches(messages: readonly Message[]): { Id: string; ReceiptHandle: string | undefined }[][] {
  const entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  const count = Math.ceil(entries.length / SQS_MAX);
  return Array.from({ length: count }, (_, index) => entries.slice(index * SQS_MAX, (index + 1) * SQS_MAX));
}

function toRecord(message: Message, queueArn: string): SQSRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {});
  return {
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    attributes: { ...message.Attributes } as unknown as SQSRecordAttributes,
    messageAttributes: Object.fromEntries(attributes.map(([name, value]) => [name, toAttribute(value)])),
    md5OfBody: message.MD5OfBody ?? "",
    ...(message.MD5OfMessageAttributes && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(":")[3] ?? "",
  };
}

function toAttribute({ DataType, StringValue, BinaryValue }: MessageAttributeValue): SQSMessageAttribute {
  return {
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString("base64") }),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType ?? "String",
  };
}
