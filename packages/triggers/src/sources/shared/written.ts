import { isRecord, type SpanPointer, spanPointers } from "@throughline/payloads";
import { text } from "./attributes.ts";
import { isBusEvent } from "./bus-event.ts";
import { itemOperation } from "./image.ts";
import { objectKey, objectOperation } from "./s3-object.ts";

/**
 * Points to what was written, as a payload tells of it: S3's or a table's records, one of them, or an event that S3, or a pipe
 * from a table, put on a bus.
 */
export function payloadPointers(payload: unknown): readonly SpanPointer[] {
  if (isBusEvent(payload)) return busPointers(payload);
  const records = isRecord(payload) && Array.isArray(payload.Records) ? payload.Records : [payload];
  return records.flatMap(recordPointers);
}

/** Points to what one of S3's notifications, or of a table's changes, tells was written. */
export function recordPointers(record: unknown): readonly SpanPointer[] {
  if (!isRecord(record)) return [];
  if (record.eventSource === "aws:dynamodb") return itemPointers(record);
  const created = record.eventSource === "aws:s3" && objectOperation(record.eventName) === "insert";
  return created ? objectPointers(record.s3, objectKey) : [];
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
function busPointers(event: Record<string, unknown>): readonly SpanPointer[] {
  if (event.source !== "aws.s3") return recordPointers(event.detail);
  // Unlike those of its notifications, S3 does not encode a bus event's keys.
  return event["detail-type"] === "Object Created" ? objectPointers(event.detail, text) : [];
}

function objectPointers(told: unknown, keyOf: typeof objectKey): readonly SpanPointer[] {
  const { bucket, object } = isRecord(told) ? told : {};
  if (!isRecord(bucket) || !isRecord(object)) return [];
  const { key, eTag = object.etag } = object;
  return present(spanPointers.s3Object({ bucket: text(bucket.name), key: keyOf(key), eTag: text(eTag) }));
}

/** A stream's record has its table in an ARN, a change that was sent to Kinesis has the name. */
function itemPointers({ eventName, tableName, eventSourceARN, dynamodb }: Record<string, unknown>) {
  if (!itemOperation(eventName) || !isRecord(dynamodb) || !isRecord(dynamodb.Keys)) return [];
  return present(
    spanPointers.dynamodbItem({ table: text(tableName ?? eventSourceARN), keys: dynamodb.Keys }),
  );
}

function present(pointer: SpanPointer | undefined): readonly SpanPointer[] {
  return pointer ? [pointer] : [];
}
