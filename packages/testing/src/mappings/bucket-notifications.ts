import type { S3Event } from "aws-lambda";
import { type S3Change, s3Event } from "../events/s3-event.ts";
import { type Polling, startPolling } from "./polling.ts";

export interface BucketNotificationsOptions {
  /** The SDK's `S3`, which is an `S3Client` too. */
  readonly s3: ObjectLister;
  readonly bucket: string;
  /** Runs the function, once for each change; what it rejects with is in `failures`. */
  readonly invoke: (event: S3Event) => Promise<unknown>;
  /** The beginning of the keys that matter. */
  readonly prefix?: string | undefined;
  /** Milliseconds between looks; default 100. */
  readonly interval?: number | undefined;
}

/** The part of the SDK's `S3` that is needed. */
export interface ObjectLister {
  listObjectsV2(request: {
    readonly Bucket: string;
    readonly Prefix?: string | undefined;
    readonly ContinuationToken?: string | undefined;
  }): Promise<{
    readonly Contents?: readonly ListedObject[] | undefined;
    readonly NextContinuationToken?: string | undefined;
  }>;
}

interface ListedObject {
  readonly Key?: string | undefined;
  readonly ETag?: string | undefined;
  readonly Size?: number | undefined;
  readonly LastModified?: Date | undefined;
}

export interface BucketNotifications extends Polling {
  /** What the function rejected with. */
  readonly failures: readonly unknown[];
}

/**
 * Notifies a function of what changes in a bucket from now on, by looking at it again and again: `ObjectCreated:Put` and
 * `ObjectRemoved:Delete`.
 *
 * Of what happens to a key between two looks it sees the outcome only, and never the tracing header that S3 would hand on.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html
 *
 * @example
 * const notifications = await startBucketNotifications({ s3: new S3(config), bucket: "orders", invoke: read.invoke });
 */
export async function startBucketNotifications(
  options: BucketNotificationsOptions,
): Promise<BucketNotifications> {
  const { bucket, invoke, interval = 100 } = options;
  const failures: unknown[] = [];
  let known = await list(options);
  let sequence = 0;

  const look = async (): Promise<void> => {
    const now = await list(options);
    const changes = changesBetween(known, now);
    known = now;
    for (const change of changes) {
      sequence += 1;
      const sequencer = sequence.toString(16).toUpperCase().padStart(18, "0");
      await invoke(s3Event({ ...change, bucket, sequencer, eventTime: new Date() })).catch(
        (error: unknown) => {
          failures.push(error);
        },
      );
    }
  };
  return { ...startPolling(look, interval), failures };
}

async function list({ s3, bucket, prefix }: BucketNotificationsOptions): Promise<Map<string, ListedObject>> {
  const objects = new Map<string, ListedObject>();
  let token: string | undefined;
  do {
    const page = await s3.listObjectsV2({ Bucket: bucket, Prefix: prefix, ContinuationToken: token });
    for (const object of page.Contents ?? []) objects.set(object.Key ?? "", object);
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return objects;
}

function changesBetween(before: Map<string, ListedObject>, now: Map<string, ListedObject>): S3Change[] {
  const created = [...now].filter(([key, object]) => versionOf(object) !== versionOf(before.get(key)));
  const removed = [...before.keys()].filter((key) => !now.has(key));
  return [
    ...created.map(([key, { ETag, Size }]) => ({
      eventName: "ObjectCreated:Put",
      key,
      eTag: ETag,
      size: Size,
    })),
    ...removed.map((key) => ({ eventName: "ObjectRemoved:Delete", key })),
  ];
}

/** An object that was written again, with the same content, has another time. */
function versionOf(object: ListedObject | undefined): string | undefined {
  return object && `${object.ETag} ${object.LastModified?.getTime()}`;
}
