import type { S3Event, S3EventRecord } from "aws-lambda";
import type { Message, Trigger } from "../trigger.ts";
import { text } from "./shared/attributes.ts";
import { type Change, documentAttributes } from "./shared/document.ts";
import { common } from "./shared/messaging.ts";
import { isBatchOf } from "./shared/records.ts";
import { objectAttributes, objectKey, objectOperation } from "./shared/s3-object.ts";
import { recordPointers } from "./shared/written.ts";

/**
 * S3's notification of a change in a bucket. It holds no context: S3 keeps the X-Ray header of the request for the runtime, and
 * the object's metadata to itself.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const s3: Trigger<S3Event> = {
  name: "s3",
  kind: "datasource",
  batch: true,
  match: (event): event is S3Event => !Array.isArray(event) && isBatchOf(event, "aws:s3"),
  messages: (event) => event.Records.map(toMessage),
  attributes(event) {
    const changes = event.Records.map(toChange);
    const bucket = common(changes.map(({ collection }) => collection));
    const key = common(changes.map(({ name }) => name));
    return { ...documentAttributes(changes), ...objectAttributes(bucket, key) };
  },
};

function toMessage(record: S3EventRecord): Message {
  const change = toChange(record);
  return {
    places: () => [],
    pointers: () => recordPointers(record),
    attributes: { ...documentAttributes([change]), ...objectAttributes(change.collection, change.name) },
  };
}

function toChange(record: S3EventRecord): Change {
  return {
    collection: text(record?.s3?.bucket?.name),
    name: objectKey(record?.s3?.object?.key),
    operation: objectOperation(record?.eventName),
    time: text(record?.eventTime),
  };
}
