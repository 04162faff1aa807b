import { S3 } from "@aws-sdk/client-s3";
import type { S3Event } from "aws-lambda";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  type BucketNotifications,
  type BucketNotificationsOptions,
  type ObjectLister,
  startBucketNotifications,
} from "../src/bucket-notifications.ts";

let aws: FauxqsServer;
let s3: S3;
let events: S3Event[];
let notifications: BucketNotifications | undefined;
let bucket = "";
let buckets = 0;

beforeAll(async () => {
  aws = await startFauxqs({ port: 0, logger: false });
  s3 = new S3({
    endpoint: `http://127.0.0.1:${aws.port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    forcePathStyle: true,
  });
});
afterAll(async () => {
  s3.destroy();
  await aws.stop();
});
beforeEach(async () => {
  buckets += 1;
  bucket = `orders-${buckets}`;
  events = [];
  await s3.createBucket({ Bucket: bucket });
});
afterEach(() => notifications?.stop());

const start = async (options: Partial<BucketNotificationsOptions> = {}) => {
  const invoke = async (event: S3Event) => events.push(event);
  notifications = await startBucketNotifications({ s3, bucket, invoke, ...options });
  return notifications;
};
const put = (Key: string, Body = "hello") => s3.putObject({ Bucket: bucket, Key, Body });
const told = () => events.map(({ Records: [record] }) => [record?.eventName, record?.s3.object.key]);

test("an object that is put is the event that S3 makes of it", async () => {
  await start();
  await put("in/a b+é.json");
  await notifications?.look();
  expect(events).toEqual([
    {
      Records: [
        {
          eventVersion: "2.1",
          eventSource: "aws:s3",
          awsRegion: "us-east-1",
          eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
          eventName: "ObjectCreated:Put",
          userIdentity: { principalId: expect.stringMatching(/^AWS:/) },
          requestParameters: { sourceIPAddress: expect.any(String) },
          responseElements: { "x-amz-request-id": expect.any(String), "x-amz-id-2": expect.any(String) },
          s3: {
            s3SchemaVersion: "1.0",
            configurationId: expect.any(String),
            bucket: {
              name: bucket,
              ownerIdentity: { principalId: expect.any(String) },
              arn: `arn:aws:s3:::${bucket}`,
            },
            object: {
              key: "in/a+b%2B%C3%A9.json",
              size: 5,
              eTag: "5d41402abc4b2a76b9719d911017c592",
              sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
            },
          },
        },
      ],
    },
  ]);
});

test("an object that is removed is told without what it held", async () => {
  await put("a");
  await start();
  await s3.deleteObject({ Bucket: bucket, Key: "a" });
  await notifications?.look();
  expect(told()).toEqual([["ObjectRemoved:Delete", "a"]]);
  expect(Object.keys(events[0]?.Records[0]?.s3.object ?? {})).toEqual(["key", "sequencer"]);
});

test("what was there before is not told, what is written again is", async () => {
  await put("a");
  await start();
  await put("a", "other");
  await notifications?.look();
  await notifications?.look();
  expect(told()).toEqual([["ObjectCreated:Put", "a"]]);
});

test("the same content written at another time is told", async () => {
  let LastModified = new Date(0);
  const listObjectsV2: ObjectLister["listObjectsV2"] = async (request) => {
    const { Contents = [] } = await s3.listObjectsV2(request);
    return { Contents: Contents.map((object) => ({ ...object, LastModified })) };
  };
  await put("a");
  await start({ s3: { listObjectsV2 } });
  await put("a");
  LastModified = new Date(1000);
  await notifications?.look();
  expect(told()).toEqual([["ObjectCreated:Put", "a"]]);
});

test("each change is an event of its own, and later ones have higher sequencers", async () => {
  await start();
  await put("a");
  await notifications?.look();
  await put("b");
  await notifications?.look();
  const sequencers = events.map(({ Records: [record] }) => record?.s3.object.sequencer);
  expect(sequencers).toHaveLength(2);
  expect(sequencers.toSorted()).toEqual(sequencers);
});

test("only keys with the prefix are told", async () => {
  await start({ prefix: "in/" });
  await put("out/a");
  await put("in/a");
  await notifications?.look();
  expect(told()).toEqual([["ObjectCreated:Put", "in/a"]]);
});

test("more objects than fit on a page are seen", async () => {
  await start({
    s3: { listObjectsV2: (request) => s3.listObjectsV2({ ...request, MaxKeys: 2 }) },
  });
  for (const key of ["a", "b", "c", "d", "e"]) await put(key);
  await notifications?.look();
  expect(told().map(([, key]) => key)).toEqual(["a", "b", "c", "d", "e"]);
});

test("a function that fails is told of the next change all the same", async () => {
  const failure = new Error("no");
  let calls = 0;
  await start({
    invoke: async () => {
      calls += 1;
      throw failure;
    },
  });
  await put("a");
  await put("b");
  await notifications?.look();
  expect([calls, notifications?.failures]).toEqual([2, [failure, failure]]);
});

test("a bucket that is gone is an error, and looking goes on", async () => {
  await start();
  await s3.deleteBucket({ Bucket: bucket });
  await notifications?.look();
  expect(notifications?.errors[0]).toMatchObject({ name: "NoSuchBucket" });
  await s3.createBucket({ Bucket: bucket });
  await put("a");
  await notifications?.look();
  expect(told()).toEqual([["ObjectCreated:Put", "a"]]);
});
