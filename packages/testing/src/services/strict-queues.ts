import type { IncomingHttpHeaders } from "node:http";
import { isRecord } from "../json.ts";
import { ServiceError } from "./aws-json.ts";
import {
  hasInvalidCharacters,
  MAX_ATTRIBUTES,
  type MessageAttributes,
  messageSize,
} from "./message-rules.ts";
import type { Forward } from "./strict-messaging.ts";

/** Answers an operation of SQS; `undefined` for one that goes through as it is. */
export type StrictQueues = (
  target: string,
  input: Readonly<Record<string, unknown>>,
  headers: IncomingHttpHeaders,
  forward: Forward,
) => ReturnType<Forward> | undefined;

interface Sent {
  readonly Id?: string;
  readonly MessageBody?: string;
  readonly MessageAttributes?: MessageAttributes;
  readonly MessageSystemAttributes?: MessageAttributes;
}

interface Received {
  readonly MessageId?: string;
  readonly ReceiptHandle?: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: MessageAttributes;
}

/** SQS's rules for what is sent, and a memory of the tracing headers that came with it. */
export function strictQueues(): StrictQueues {
  const traceHeaders = new Map<string, string>();

  const remember = (id: unknown, sent: Sent, headers: IncomingHttpHeaders): void => {
    const header = sent.MessageSystemAttributes?.AWSTraceHeader?.StringValue ?? headers["x-amzn-trace-id"];
    if (typeof id === "string" && typeof header === "string") traceHeaders.set(id, header);
  };

  const send: StrictQueues = async (target, input, headers, forward) => {
    const problem = problemOf(input);
    if (problem) throw problem;
    const answer = await forward(target, input);
    remember(fields(answer.output).MessageId, input, headers);
    return answer;
  };

  const sendBatch: StrictQueues = async (target, input, headers, forward) => {
    const entries = listOf<Sent>(input.Entries);
    const sizes = entries.map(({ MessageBody = "", MessageAttributes }) =>
      messageSize(MessageBody, MessageAttributes),
    );
    if (sizes.reduce((total, size) => total + size, 0) > MAX_BYTES) {
      const message = `Batch requests cannot be longer than ${MAX_BYTES} bytes.`;
      throw new ServiceError("BatchRequestTooLong", message);
    }
    const failed = entries.flatMap((entry) => problemsOf(entry).map((problem) => failure(entry, problem)));
    const refused = new Set(failed.map(({ Id }) => Id));
    const taken = entries.filter(({ Id }) => !refused.has(Id));
    if (entries.length > 0 && taken.length === 0)
      return { status: 200, output: { Successful: [], Failed: failed } };
    const answer = await forward(target, { ...input, Entries: taken });
    const output = fields(answer.output);
    for (const { Id, MessageId } of listOf<{ Id?: string; MessageId?: string }>(output.Successful)) {
      remember(MessageId, taken.find((entry) => entry.Id === Id) ?? {}, headers);
    }
    if (failed.length === 0) return answer;
    return { ...answer, output: { ...output, Failed: [...listOf(output.Failed), ...failed] } };
  };

  const receive: StrictQueues = async (target, input, _, forward) => {
    const answer = await forward(target, input);
    const output = fields(answer.output);
    const messages = listOf<Received>(output.Messages);
    const tooMany = messages.filter(
      ({ MessageAttributes = {} }) => Object.keys(MessageAttributes).length > MAX_ATTRIBUTES,
    );
    for (const { ReceiptHandle } of tooMany) {
      await forward("AmazonSQS.DeleteMessage", { QueueUrl: input.QueueUrl, ReceiptHandle });
    }
    if (messages.length === 0) return answer;
    const Messages = messages
      .filter((message) => !tooMany.includes(message))
      .map((message) => (asksForTraceHeader(input) ? withTraceHeader(message, traceHeaders) : message));
    return { ...answer, output: { ...output, Messages } };
  };

  const operations: Readonly<Record<string, StrictQueues>> = {
    "AmazonSQS.SendMessage": send,
    "AmazonSQS.SendMessageBatch": sendBatch,
    "AmazonSQS.ReceiveMessage": receive,
  };
  return (target, ...rest) => operations[target]?.(target, ...rest);
}

const MAX_BYTES = 1_048_576;
const MAX_NAME = 256;

function problemOf({
  MessageBody = "",
  MessageAttributes = {},
  MessageSystemAttributes = {},
}: Sent): ServiceError | undefined {
  const attributes = Object.entries(MessageAttributes);
  if (attributes.length > MAX_ATTRIBUTES) {
    return invalid(
      `Number of message attributes [${attributes.length}] exceeds the allowed maximum [${MAX_ATTRIBUTES}].`,
    );
  }
  for (const [name, { StringValue, DataType = "" }] of attributes) {
    if (!/^(?!aws\.|amazon\.|\.)[\w-]+(?:\.[\w-]+)*$/i.test(name) || name.length > MAX_NAME) {
      return invalid(`Message (user) attribute name '${name}' is invalid.`);
    }
    if (StringValue === "")
      return invalid(
        `Message (user) attribute '${name}' must contain a non-empty value of type '${DataType}'.`,
      );
  }
  const [unknown] = Object.keys(MessageSystemAttributes).filter((name) => name !== "AWSTraceHeader");
  if (unknown !== undefined) return invalid(`Message system attribute name '${unknown}' is invalid.`);
  const texts = [MessageBody, ...attributes.map(([, { StringValue = "" }]) => StringValue)];
  if (texts.some(hasInvalidCharacters)) {
    return new ServiceError("InvalidMessageContents", "Invalid characters found.");
  }
  // System attributes count in neither limit.
  if (messageSize(MessageBody, MessageAttributes) <= MAX_BYTES) return undefined;
  return invalid(
    `One or more parameters are invalid. Reason: Message must be shorter than ${MAX_BYTES} bytes.`,
  );
}

function invalid(message: string): ServiceError {
  return new ServiceError("InvalidParameterValue", message);
}

function problemsOf(entry: Sent): ServiceError[] {
  const problem = problemOf(entry);
  return problem ? [problem] : [];
}

function failure({ Id }: Sent, { type, message }: ServiceError) {
  return { Id, Code: type, Message: message, SenderFault: true };
}

function asksForTraceHeader({
  MessageSystemAttributeNames,
  AttributeNames,
}: Readonly<Record<string, unknown>>): boolean {
  const names = [...listOf<string>(MessageSystemAttributeNames), ...listOf<string>(AttributeNames)];
  return names.includes("All") || names.includes("AWSTraceHeader");
}

function withTraceHeader(message: Received, headers: ReadonlyMap<string, string>): Received {
  const AWSTraceHeader = headers.get(message.MessageId ?? "");
  return AWSTraceHeader ? { ...message, Attributes: { ...message.Attributes, AWSTraceHeader } } : message;
}

function fields(output: unknown): Readonly<Record<string, unknown>> {
  return isRecord(output) ? output : {};
}

function listOf<Item>(value: unknown): Item[] {
  return Array.isArray(value) ? value : [];
}
