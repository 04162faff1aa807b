import {
  envelope,
  isRecord,
  mayCarry,
  messageAttributes,
  parseObject,
  type SpanPointer,
} from "@throughline/payloads";
import type { Place } from "@throughline/propagation";
import { isBusEvent } from "./bus-event.ts";
import { changePlaces } from "./image.ts";
import { payloadPointers } from "./written.ts";

// No queue takes a longer message.
const MAX_LENGTH = 1024 * 1024;
// What S3, its events on a bus, and a table's changes name as their source; in a message in a message, the quote is escaped.
const WRITTEN = /"aws[:.](?:s3|dynamodb)\\*"/;
const MAX_LEVELS = 3;

/** The text of a message. It is read and parsed when it is first asked for what it may hold, and once. */
export interface MessageText {
  /**
   * Where it may hold a context: in the envelope that a service wrapped the message in on its way here (an SNS notification, an
   * EventBridge event, one in the other), or in the producer's own JSON.
   */
  places(): Iterable<Place>;
  /** What it tells was written: by S3, or a table's stream, themselves or in such an envelope. */
  pointers(): readonly SpanPointer[];
}

/** The text that `read` gives, if it is one; `at` says where it stands. */
export function messageText(read: () => unknown, at: string, levels: number = MAX_LEVELS): MessageText {
  const text = lazily(() => {
    const value = levels > 0 ? read() : undefined;
    return typeof value === "string" && value.length <= MAX_LENGTH ? value : "";
  });
  const content = lazily(() => {
    const payload = parseObject(text());
    if (!payload) return undefined;
    const inner = isNotification(payload)
      ? messageText(() => payload.Message, `${at}.Message`, levels - 1)
      : undefined;
    return { payload, inner };
  });

  return {
    *places() {
      const { payload, inner } = (mayCarry(text()) && content()) || {};
      if (!payload) return;
      if (inner) {
        yield* messageAttributes.extract(payload.MessageAttributes, `${at}.MessageAttributes`);
        yield* inner.places();
      } else yield* payloadPlaces(payload, at);
    },
    pointers() {
      const { payload, inner } = (WRITTEN.test(text()) && content()) || {};
      return inner?.pointers() ?? payloadPointers(payload);
    },
  };
}

function payloadPlaces(payload: Record<string, unknown>, at: string): Place[] {
  if (isRecord(payload.dynamodb)) return changePlaces(payload, `${at}.dynamodb`); // A table's changes, sent to a Kinesis stream.
  return isBusEvent(payload)
    ? envelope.extract(payload.detail, `${at}.detail`)
    : envelope.extract(payload, at);
}

function isNotification({ Type, TopicArn }: Record<string, unknown>): boolean {
  return Type === "Notification" && typeof TopicArn === "string";
}

function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
