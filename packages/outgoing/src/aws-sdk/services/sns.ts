import { SpanKind } from "@opentelemetry/api";
import { limits, type MessageAttribute, sizeOfAttributes } from "@throughline/payloads";
import * as semconv from "@throughline/triggers";
import { present, text } from "@throughline/triggers";
import type { Injection } from "../injection.ts";
import type { Fields, Operation, Service } from "../service.ts";
import { bytes, eachEntry, nameOf, records, shareOf } from "./fields.ts";
import { messaging, messagingSpanName } from "./messaging.ts";

const ENTRIES = "PublishBatchRequestEntries";

/**
 * A notification's context is in its attributes.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export const sns: Service = {
  client: "SNS",
  operations: {
    Publish: {
      ...publishing(),
      inject: (input, into) => withContext(input, into, limits.sns.message - size(input)),
      answered: ({ MessageId }) => ({
        attributes: present({ [semconv.MESSAGING_MESSAGE_ID]: text(MessageId) }),
      }),
    },
    PublishBatch: {
      ...publishing(),
      inject(input, into) {
        const share = shareOf(limits.sns.batch, records(input[ENTRIES]).map(size));
        return eachEntry(input, ENTRIES, (entry) => withContext(entry, into, share));
      },
    },
  },
};

function publishing(): Operation {
  return {
    kind: SpanKind.PRODUCER,
    spanName: (input) => messagingSpanName("send", topicOf(input)),
    attributes: ({ [ENTRIES]: entries, ...input }) => ({
      ...messaging("aws.sns", "send", topicOf(input), Array.isArray(entries) ? entries.length : undefined),
      ...present({ [semconv.AWS_SNS_TOPIC_ARN]: text(input.TopicArn) }),
    }),
  };
}

/** A target is an endpoint of a device's, named by an id of its own; a phone number is nobody's name. */
function topicOf({ TopicArn }: Fields): string | undefined {
  return nameOf(TopicArn);
}

function withContext(message: Fields, into: Injection, room: number): Fields {
  // Attributes are sent with messages of one text only; a phone gets nothing but the text.
  if (message.MessageStructure === "json" || message.PhoneNumber !== undefined) return message;
  return { ...message, MessageAttributes: into.attributes(message.MessageAttributes, room) };
}

function size({ Message, Subject, MessageAttributes }: Fields): number {
  const attributes = sizeOfAttributes(MessageAttributes as Record<string, MessageAttribute>);
  return bytes(Message) + bytes(Subject) + attributes;
}
