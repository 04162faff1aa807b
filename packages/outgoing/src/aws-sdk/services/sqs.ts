import { SpanKind } from "@opentelemetry/api";
import { isRecord, limits, type MessageAttribute, sizeOfAttributes } from "@throughline/payloads";
import * as semconv from "@throughline/triggers";
import { present, sqs as sqsEvent } from "@throughline/triggers";
import type { Injection } from "../injection.ts";
import type { Fields, Operation, Service } from "../service.ts";
import { bytes, eachEntry, nameOf, records, shareOf } from "./fields.ts";
import { messaging, messagingSpanName } from "./messaging.ts";

/**
 * A message's context is in its attributes, and for X-Ray in the system attribute `AWSTraceHeader`, which counts in no limit.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export const sqs: Service = {
  client: "SQS",
  attributes: ({ QueueUrl }) => present({ [semconv.AWS_SQS_QUEUE_URL]: semconv.text(QueueUrl) }),
  operations: {
    SendMessage: {
      ...call("send"),
      kind: SpanKind.PRODUCER,
      inject: (input, into) => withContext(input, into, limits.sqs.message - size(input)),
      answered: ({ MessageId }) => ({
        attributes: present({ [semconv.MESSAGING_MESSAGE_ID]: semconv.text(MessageId) }),
      }),
    },
    SendMessageBatch: {
      ...call("send"),
      kind: SpanKind.PRODUCER,
      inject(input, into) {
        const sizes = records(input.Entries).map(size);
        const share = shareOf(limits.sqs.batch, sizes);
        return eachEntry(input, "Entries", (entry) =>
          withContext(entry, into, Math.min(share, limits.sqs.message - size(entry))),
        );
      },
    },
    ReceiveMessage: {
      ...call("receive"),
      inject: withNames,
      answered: ({ Messages }) => ({
        attributes: { [semconv.MESSAGING_BATCH_MESSAGE_COUNT]: records(Messages).length },
        messages: records(Messages).map(placesOf),
      }),
    },
    DeleteMessage: call("settle"),
    DeleteMessageBatch: call("settle"),
    ChangeMessageVisibility: call("settle"),
    ChangeMessageVisibilityBatch: call("settle"),
  },
};

function call(verb: "send" | "receive" | "settle"): Operation {
  return {
    spanName: ({ QueueUrl }) => messagingSpanName(verb, nameOf(QueueUrl)),
    attributes: ({ QueueUrl, Entries }) =>
      messaging("aws.sqs", verb, nameOf(QueueUrl), Array.isArray(Entries) ? Entries.length : undefined),
  };
}

function withContext(message: Fields, into: Injection, room: number): Fields {
  const system = message.MessageSystemAttributes as Fields | undefined;
  const AWSTraceHeader = { DataType: "String", StringValue: into.header };
  return {
    ...message,
    MessageAttributes: into.attributes(message.MessageAttributes, room),
    MessageSystemAttributes: system?.AWSTraceHeader ? system : { ...system, AWSTraceHeader },
  };
}

function size({ MessageBody, MessageAttributes }: Fields): number {
  return bytes(MessageBody) + sizeOfAttributes(MessageAttributes as Record<string, MessageAttribute>);
}

// What producers put a context into.
const NAMES = ["traceparent", "tracestate", "baggage", "_datadog"];
const ALL = ["All", ".*"];

/** Attributes come only when they are asked for. */
function withNames(input: Fields): Fields {
  // The older name of the parameter, which is not to be mixed with the newer one.
  const system = Array.isArray(input.AttributeNames) ? "AttributeNames" : "MessageSystemAttributeNames";
  return {
    ...input,
    MessageAttributeNames: joined(input.MessageAttributeNames, NAMES),
    [system]: joined(input[system], ["AWSTraceHeader"]),
  };
}

function joined(names: unknown, more: readonly string[]): unknown[] {
  const asked: unknown[] = Array.isArray(names) ? names : [];
  return ALL.some((all) => asked.includes(all)) ? asked : [...new Set([...asked, ...more])];
}

/** Where a message holds a context is the same as in the event that Lambda makes of it. */
function placesOf({ MessageAttributes, Attributes, Body }: Fields) {
  const attributes = isRecord(Attributes) ? Attributes : {};
  const record = { messageAttributes: MessageAttributes, attributes, body: Body };
  return sqsEvent.messages({ Records: [record] }).flatMap((message) => [...message.places()]);
}
