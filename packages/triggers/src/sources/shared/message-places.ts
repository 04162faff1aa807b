import { envelope, isRecord, mayCarry, messageAttributes, parseObject } from "@throughline/payloads";
import type { Place } from "@throughline/propagation";
import { changePlaces } from "./image.ts";

// No queue takes a longer message.
const MAX_LENGTH = 1024 * 1024;
const MAX_LEVELS = 3;

/**
 * Where a message's text may hold a context: in the envelope that a service wrapped the message in on its way here (an SNS
 * notification, an EventBridge event, one in the other), or in the producer's own JSON.
 *
 * The text is parsed when the first of the places is asked for.
 */
export function* textPlaces(text: unknown, at: string, levels: number = MAX_LEVELS): Generator<Place> {
  if (levels === 0 || typeof text !== "string" || text.length > MAX_LENGTH || !mayCarry(text)) return;
  const payload = parseObject(text);
  if (!payload) return;
  if (isNotification(payload)) {
    yield* messageAttributes.extract(payload.MessageAttributes, `${at}.MessageAttributes`);
    yield* textPlaces(payload.Message, `${at}.Message`, levels - 1);
  } else if (isRecord(payload.dynamodb)) {
    yield* changePlaces(payload, `${at}.dynamodb`); // A table's changes, sent to a Kinesis stream.
  } else if (isBusEvent(payload)) {
    yield* envelope.extract(payload.detail, `${at}.detail`);
  } else {
    yield* envelope.extract(payload, at);
  }
}

/** Whether it is an EventBridge event. */
export function isBusEvent(event: unknown): event is Record<string, unknown> {
  return (
    isRecord(event) &&
    typeof event["detail-type"] === "string" &&
    typeof event.source === "string" &&
    "detail" in event
  );
}

/** Whether an EventBridge event is a schedule's: a scheduled rule's, or EventBridge Scheduler's own. */
export function isTick(event: Record<string, unknown>): boolean {
  return (
    event["detail-type"] === "Scheduled Event" &&
    (event.source === "aws.events" || event.source === "aws.scheduler")
  );
}

function isNotification({ Type, TopicArn }: Record<string, unknown>): boolean {
  return Type === "Notification" && typeof TopicArn === "string";
}
