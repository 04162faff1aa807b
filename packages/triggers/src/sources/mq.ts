import { isRecord } from "@throughline/payloads";
import { type Carrier, headers } from "@throughline/propagation";
import * as semconv from "../semconv.ts";
import type { Message, Trigger } from "../trigger.ts";
import { present, text } from "./shared/attributes.ts";
import { bears } from "./shared/marks.ts";
import { common, processing, processSpanName, sole } from "./shared/messaging.ts";
import { isBatchOf } from "./shared/records.ts";

/** One message of ActiveMQ, as far as it is looked at. Lambda writes `messageID`; so does every sample of it. */
interface MqMessage {
  readonly messageID?: unknown;
  readonly correlationID?: unknown;
  readonly correlationId?: unknown;
  readonly destination?: { readonly physicalName?: unknown } | undefined;
  readonly properties?: unknown;
}

type Event = { readonly messages: readonly MqMessage[] } | MqMessage[];

/**
 * Messages from a queue of Amazon MQ for ActiveMQ.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html
 */
export const mq: Trigger<Event> = {
  name: "mq",
  kind: "pubsub",
  batch: true,
  match: (event): event is Event =>
    Array.isArray(event)
      ? isBatchOf(event, "aws:mq", "aws:amq")
      : bears(event, "eventSource") &&
        isRecord(event) &&
        event.eventSource === "aws:mq" &&
        Array.isArray(event.messages),
  messages: (event) => {
    const mixed = queueOf(event) === undefined;
    return messagesOf(event).map((message) => toMessage(message, mixed));
  },
  spanName: (event) => processSpanName(queueOf(event)),
  attributes: (event) =>
    processing("activemq", {
      [semconv.MESSAGING_DESTINATION_NAME]: queueOf(event),
      [semconv.MESSAGING_BATCH_MESSAGE_COUNT]: messagesOf(event).length,
      [semconv.MESSAGING_MESSAGE_ID]: sole(messagesOf(event).map(idOf)),
      [semconv.MESSAGING_MESSAGE_CONVERSATION_ID]: sole(messagesOf(event).map(conversationOf)),
    }),
};

function toMessage(message: MqMessage, mixed: boolean): Message {
  return {
    id: idOf(message),
    places: () => [{ at: "properties", carrier: properties(message?.properties) }],
    attributes: present({
      [semconv.MESSAGING_MESSAGE_ID]: idOf(message),
      [semconv.MESSAGING_MESSAGE_CONVERSATION_ID]: conversationOf(message),
      [semconv.MESSAGING_DESTINATION_NAME]: mixed ? destinationOf(message) : undefined,
    }),
  };
}

/** A property's name can hold no dash; Java's agents write `__dash__` in its stead. */
function properties(map: unknown): Carrier {
  const carrier = headers(map);
  return (key) => carrier(key) ?? (key.includes("-") ? carrier(key.replaceAll("-", "__dash__")) : undefined);
}

function messagesOf(event: Event): readonly MqMessage[] {
  return Array.isArray(event) ? event : (event as { readonly messages: readonly MqMessage[] }).messages;
}

/** The queue that all messages come from. */
function queueOf(event: Event): string | undefined {
  return common(messagesOf(event).map(destinationOf));
}

function destinationOf(message: MqMessage): string | undefined {
  return text(message?.destination?.physicalName);
}

function idOf(message: MqMessage): string | undefined {
  return text(message?.messageID);
}

function conversationOf(message: MqMessage): string | undefined {
  return text(message?.correlationID) ?? text(message?.correlationId);
}
