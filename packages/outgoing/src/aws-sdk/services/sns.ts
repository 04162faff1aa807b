import { SpanKind } from "@opentelemetry/api";
import { limits, type MessageAttribute, sizeOfAttributes } from "@throughline/payloads";
import * as semconv from "@throughline/triggers";
import { present, text } from "@throughline/triggers";
import type { Injection } from "../injection.ts";
import type { Fields, Operation, Service } from "../service.ts";
import { bytes, eachEntry, limitFor, nameOf, records, shareOf } from "./fields.ts";
import { countOf, messaging } from "./messaging.ts";

const ENTRIES = "PublishBatchRequestEntries";

/**
 * A notification's context is in its attributes.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export const sns: Service = {
  client: "SNS",
  attributes: ({ TopicArn }) => present({ [semconv.AWS_SNS_TOPIC_ARN]: text(TopicArn) }),
  operations: {
    Publish: {
      ...publishing(),
      inject: (input, into) => withContext(input, into, roomFor([input])),
      answered: ({ MessageId }) => ({
        attributes: present({ [semconv.MESSAGING_MESSAGE_ID]: text(MessageId) }),
      }),
    },
    PublishBatch: {
      ...publishing(),
      entries: ENTRIES,
      inject(input, into) {
        const room = roomFor(records(input[ENTRIES]));
        return eachEntry(input, ENTRIES, (entry) => withContext(entry, into, room));
      },
    },
  },
};

function publishing(): Operation {
  return {
    ...messaging({
      system: "aws.sns",
      type: "send",
      // A target is an endpoint of a device's, named by an id of its own; a phone number is nobody's name.
      destination: ({ TopicArn }) => nameOf(TopicArn),
      count: countOf(ENTRIES),
    }),
    kind: SpanKind.PRODUCER,
  };
}

function withContext(message: Fields, into: Injection, room: number): Fields {
  // Attributes are sent with messages of one text only; a phone gets nothing but the text.
  if (message.MessageStructure === "json" || message.PhoneNumber !== undefined) return message;
  return { ...message, MessageAttributes: into.attributes(message.MessageAttributes, room) };
}

/** What each of the messages of one request may grow by. */
function roomFor(messages: readonly Fields[]): number {
  const sizes = messages.map(size);
  const total = sizes.reduce((sum, one) => sum + one, 0);
  return shareOf(limitFor(total, limits.sns.message, limits.sns.raisedMessage), sizes);
}

function size({ Message, Subject, MessageAttributes }: Fields): number {
  const attributes = sizeOfAttributes(MessageAttributes as Record<string, MessageAttribute>);
  return bytes(Message) + bytes(Subject) + attributes;
}
