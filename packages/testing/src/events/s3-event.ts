import { randomBytes } from "node:crypto";
import type { S3Event, S3EventRecord } from "aws-lambda";
import { ACCOUNT_ID, REGION } from "./events.ts";

/** What a notification tells of an object. */
export interface S3Change {
  /** `ObjectCreated:Put` and the like, without `s3:`; that is the default. */
  readonly eventName?: string | undefined;
  readonly bucket?: string | undefined;
  /** As it is in the bucket; the event has it encoded. */
  readonly key?: string | undefined;
  /** In bytes; not told of an object that was removed. */
  readonly size?: number | undefined;
  /** With or without quotes; not told of an object that was removed. */
  readonly eTag?: string | undefined;
  readonly eventTime?: Date | undefined;
  /** Hex digits that grow from change to change of a key. */
  readonly sequencer?: string | undefined;
  readonly awsRegion?: string | undefined;
}

/**
 * The event of a function that a bucket notifies, one record in it as S3 sends it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function s3Event(change: S3Change = {}): S3Event {
  return { Records: [s3Record(change)] };
}

function s3Record(change: S3Change): S3EventRecord {
  const {
    eventName = "ObjectCreated:Put",
    bucket = "orders",
    key = "in/17.json",
    awsRegion = REGION,
  } = change;
  const { size = 13, eTag = "d41d8cd98f00b204e9800998ecf8427e", sequencer = "0069209B270A1B2C3D" } = change;
  const { eventTime = new Date("2026-11-20T09:30:15.123Z") } = change;
  const content = { size, eTag: eTag.replaceAll('"', "") };
  const record = {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion,
    eventTime: eventTime.toISOString(),
    eventName,
    userIdentity: { principalId: "AWS:AROAEXAMPLEEXAMPLEEXA:checkout" },
    requestParameters: { sourceIPAddress: "203.0.113.7" },
    responseElements: {
      "x-amz-request-id": randomBytes(8).toString("hex").toUpperCase(),
      "x-amz-id-2": randomBytes(57).toString("base64"),
    },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId: "changes",
      bucket: {
        name: bucket,
        ownerIdentity: { principalId: `A${ACCOUNT_ID}` },
        arn: `arn:aws:s3:::${bucket}`,
      },
      object: { key: encodeKey(key), ...(eventName.startsWith("ObjectCreated:") && content), sequencer },
    },
  };
  // The published type has a size and a tag of objects that are gone, too.
  return record as S3EventRecord;
}

/** As a form does, but for the slashes. */
function encodeKey(key: string): string {
  return new URLSearchParams({ key }).toString().slice("key=".length).replaceAll("%2F", "/");
}
