import { envelope, isRecord } from "@throughline/payloads";
import type { Place } from "@throughline/propagation";
import type { Change } from "./document.ts";

// A context, or a state machine's context object, has no more levels than this.
const MAX_LEVELS = 6;

/** A change's image of the item: the old one where the item is gone. */
export function changePlaces(change: unknown, at: string): Place[] {
  if (!isRecord(change) || !isRecord(change.dynamodb)) return [];
  const image = change.eventName === "REMOVE" ? "OldImage" : "NewImage";
  return imagePlaces(change.dynamodb[image], `${at}.${image}`);
}

/** What a stream's event name says was done to the item. */
export function itemOperation(eventName: unknown): Change["operation"] {
  if (eventName === "INSERT") return "insert";
  if (eventName === "MODIFY") return "edit";
  return eventName === "REMOVE" ? "delete" : undefined;
}

/**
 * Where a DynamoDB item may hold a context: in its `_datadog` attribute, a map or a JSON text; then in text attributes of its
 * own, `traceparent` and the like.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_AttributeValue.html
 */
function imagePlaces(image: unknown, at: string): Place[] {
  if (!isRecord(image)) return [];
  const texts = Object.entries(image).map(([name, value]) => [name, isRecord(value) ? value.S : undefined]);
  return envelope.extract({ ...Object.fromEntries(texts), _datadog: plain(image._datadog, MAX_LEVELS) }, at);
}

/** An attribute's value: texts, numbers and maps of them. */
function plain(attribute: unknown, levels: number): unknown {
  if (!isRecord(attribute) || levels === 0) return undefined;
  const { S, N, M } = attribute;
  if (!isRecord(M)) return S ?? N;
  return Object.fromEntries(Object.entries(M).map(([name, value]) => [name, plain(value, levels - 1)]));
}
