import { isRecord } from "@throughline/payloads";
import { byteHeaders } from "@throughline/propagation";
import * as semconv from "../semconv.ts";
import type { Message, Trigger } from "../trigger.ts";
import { present, text } from "./shared/attributes.ts";
import { bears } from "./shared/marks.ts";
import { common, processing, processSpanName, sole } from "./shared/messaging.ts";
import { isBatchOf } from "./shared/records.ts";

/** One message of RabbitMQ, as far as it is looked at. */
interface RabbitMessage {
  readonly basicProperties?:
    | { readonly headers?: unknown; readonly messageId?: unknown; readonly correlationId?: unknown }
    | undefined;
  /** Pipes say it in each message. */
  readonly eventSourceKey?: unknown;
}

type Event = { readonly rmqMessagesByQueue: Readonly<Record<string, RabbitMessage[]>> } | RabbitMessage[];

/**
 * Messages from queues of Amazon MQ for RabbitMQ.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html
 */
export const rabbitmq: Trigger<Event> = {
  name: "rabbitmq",
  kind: "pubsub",
  batch: true,
  match: (event): event is Event =>
    Array.isArray(event)
      ? isBatchOf(event, "aws:rmq")
      : bears(event, "eventSource") &&
        isRecord(event) &&
        event.eventSource === "aws:rmq" &&
        isRecord(event.rmqMessagesByQueue),
  messages: (event) => {
    const delivered = deliveries(event);
    const mixed = queueOf(delivered) === undefined;
    return delivered.map(([key, message]) => toMessage(message, mixed ? toQueue(key) : undefined));
  },
  spanName: (event) => processSpanName(queueOf(deliveries(event))),
  attributes(event) {
    const delivered = deliveries(event);
    const messages = delivered.map(([, message]) => message);
    return processing("rabbitmq", {
      [semconv.MESSAGING_DESTINATION_NAME]: queueOf(delivered),
      [semconv.MESSAGING_BATCH_MESSAGE_COUNT]: messages.length,
      [semconv.MESSAGING_MESSAGE_ID]: sole(messages.map(idOf)),
      [semconv.MESSAGING_MESSAGE_CONVERSATION_ID]: sole(messages.map(conversationOf)),
    });
  },
};

type Delivery = readonly [key: unknown, message: RabbitMessage];

/** Each message with the key of its queue, `orders::/`: the queue's name and the virtual host's. */
function deliveries(event: Event): Delivery[] {
  if (Array.isArray(event)) return event.map((message) => [message?.eventSourceKey, message]);
  const { rmqMessagesByQueue } = event as Exclude<Event, RabbitMessage[]>;
  return Object.entries(rmqMessagesByQueue).flatMap(([key, messages]) =>
    Array.isArray(messages) ? messages.map((message): Delivery => [key, message]) : [],
  );
}

function toMessage(message: RabbitMessage, queue: string | undefined): Message {
  return {
    id: idOf(message),
    places: () => [
      { at: "basicProperties.headers", carrier: byteHeaders(message?.basicProperties?.headers) },
    ],
    attributes: present({
      [semconv.MESSAGING_MESSAGE_ID]: idOf(message),
      [semconv.MESSAGING_MESSAGE_CONVERSATION_ID]: conversationOf(message),
      [semconv.MESSAGING_DESTINATION_NAME]: queue,
    }),
  };
}

/** The queue that all messages come from. */
function queueOf(delivered: readonly Delivery[]): string | undefined {
  return common(delivered.map(([key]) => toQueue(key)));
}

function toQueue(key: unknown): string | undefined {
  return text(text(key)?.split("::")[0]);
}

function idOf(message: RabbitMessage): string | undefined {
  return text(message?.basicProperties?.messageId);
}

function conversationOf(message: RabbitMessage): string | undefined {
  return text(message?.basicProperties?.correlationId);
}
