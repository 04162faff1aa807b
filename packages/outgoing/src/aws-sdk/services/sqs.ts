import { SpanKind } from "@opentelemetry/api";
import {
  isRecord,
  limits,
  type MessageAttribute,
  messageAttributes,
  sizeOfAttributes,
} from "@throughline/payloads";
import * as semconv from "@throughline/triggers";
import { present, sqs as sqsEvent, text } from "@throughline/triggers";
import type { Injection } from "../injection.ts";
import type { Fields, Operation, Service } from "../service.ts";
import { bytes, eachEntry, nameOf, records, shareOf } from "./fields.ts";
import { countOf, type MessagingCall, messaging } from "./messaging.ts";

/**
 * A message's context is in its attributes, and for X-Ray in the system attribute `AWSTraceHeader`, which counts in no limit.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export const sqs: Service = {
  client: "SQS",
  attributes: ({ QueueUrl }) => present({ [semconv.AWS_SQS_QUEUE_URL]: text(QueueUrl) }),
  operations: {
    SendMessage: {
      ...call("send"),
      kind: SpanKind.PRODUCER,
      inject: (input, into) => withContext(input, into, limits.sqs.message - size(input)),
      answered: ({ MessageId }) => ({
        attributes: present({ [semconv.MESSAGING_MESSAGE_ID]: text(MessageId) }),
      }),
    },
    SendMessageBatch: {
      ...call("send"),
      kind: SpanKind.PRODUCER,
      entries: "Entries",
      inject(input, into) {
        const share = shareOf(limits.sqs.batch, records(input.Entries).map(size));
        return eachEntry(input, "Entries", (entry) => withContext(entry, into, share));
      },
    },
    ReceiveMessage: {
      ...call("receive"),
      inject: (input, into) => withNames(input, messageAttributes.names(into.carried)),
      answered: ({ Messages }) => ({
        attributes: { [semconv.MESSAGING_BATCH_MESSAGE_COUNT]: records(Messages).length },
        messages: records(Messages).map(placesOf),
      }),
    },
    DeleteMessage: call("settle", "delete"),
    DeleteMessageBatch: call("settle", "delete"),
    ChangeMessageVisibility: call("settle", "change_visibility"),
    ChangeMessageVisibilityBatch: call("settle", "change_visibility"),
  },
};

function call(type: MessagingCall["type"], operation?: string): Operation {
  const destination = ({ QueueUrl }: Fields) => nameOf(QueueUrl);
  return messaging({ system: "aws.sqs", type, operation, destination, count: countOf("Entries") });
}

function withContext(message: Fields, into: Injection, room: number): Fields {
  return {
    ...message,
    MessageAttributes: into.attributes(message.MessageAttributes, room),
    MessageSystemAttributes: withTraceHeader(message.MessageSystemAttributes, into.header),
  };
}

function withTraceHeader(system: unknown, header: string): unknown {
  const own = system ?? {};
  if (!isRecord(own) || own.AWSTraceHeader) return system;
  return { ...own, AWSTraceHeader: { DataType: "String", StringValue: header } };
}

function size({ MessageBody, MessageAttributes }: Fields): number {
  return bytes(MessageBody) + sizeOfAttributes(MessageAttributes as Record<string, MessageAttribute>);
}

const ALL = ["All", ".*"];

/** Attributes come only when they are asked for. */
function withNames(input: Fields, names: readonly string[]): Fields {
  // The older name of the parameter, which is not to be mixed with the newer one.
  const system = Array.isArray(input.AttributeNames) ? "AttributeNames" : "MessageSystemAttributeNames";
  return {
    ...input,
    MessageAttributeNames: joined(input.MessageAttributeNames, names),
    [system]: joined(input[system], ["AWSTraceHeader"]),
  };
}

/** What is no list is the SDK's to refuse. */
function joined(names: unknown, more: readonly string[]): unknown {
  const asked = names ?? [];
  if (!Array.isArray(asked)) return names;
  return ALL.some((all) => asked.includes(all)) ? asked : [...new Set([...asked, ...more])];
}

/** Where a message holds a context is the same as in the event that Lambda makes of it. */
function placesOf({ MessageAttributes, Attributes, Body }: Fields) {
  const attributes = isRecord(Attributes) ? Attributes : {};
  const record = { messageAttributes: MessageAttributes, attributes, body: Body };
  return sqsEvent.messages({ Records: [record] }).flatMap((message) => [...message.places()]);
}
