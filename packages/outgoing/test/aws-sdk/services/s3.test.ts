import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { SpanKind } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { type BucketNotifications, startBucketNotifications } from "@throughline/testing";
import { resolve } from "@throughline/triggers";
import fc from "fast-check";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { traced } from "../../../src/index.ts";
import { frozen } from "../frozen.ts";
import { oddInputs } from "../odd.ts";
import { local, recordSpans, takeSpans } from "../spans.ts";

const Bucket = "orders";
let aws: FauxqsServer;
let plain: S3;
let s3: S3;
let notifications: BucketNotifications;
let events: unknown[] = [];

beforeAll(async () => {
  recordSpans();
  aws = await startFauxqs({ port: 0, logger: false });
  const configuration = { ...local(`http://127.0.0.1:${aws.port}`), forcePathStyle: true };
  [plain, s3] = [new S3(configuration), traced(new S3(configuration))];
  await plain.createBucket({ Bucket });
  const invoke = async (event: unknown) => events.push(event);
  // Nothing is noticed but when it is looked for.
  notifications = await startBucketNotifications({ s3: plain, bucket: Bucket, invoke, interval: 3_600_000 });
});
beforeEach(() => {
  events = [];
  takeSpans();
});
afterAll(async () => {
  await notifications.stop();
  for (const one of [plain, s3]) one.destroy();
  await aws.stop();
});

const hashesOf = (span: ReadableSpan | undefined) =>
  span?.links.map(({ attributes }) => attributes?.["ptr.hash"]) ?? [];

/** The pointers of what was noticed since it was last looked. */
async function noticed() {
  await notifications.look();
  return events
    .splice(0)
    .flatMap((event) =>
      resolve(event, undefined).messages.flatMap(({ pointers }) => pointers.map(({ hash }) => hash)),
    );
}

const KEYS = ["order.json", "in/a b.json", "a+b c%20d.json", "größe/订单 🧾.json", "x&y=z?#.json"];

test.each(KEYS)("an object that is put as %s is pointed to from both sides", async (Key) => {
  await s3.send(new PutObjectCommand(frozen({ Bucket, Key, Body: "hello" })));
  const [span] = takeSpans();
  expect(hashesOf(span)).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
  expect(await noticed()).toEqual(hashesOf(span));
});

test.each(KEYS)("so is one that is copied to %s", async (name) => {
  await plain.putObject({ Bucket, Key: "source", Body: "hello" });
  await noticed();
  await s3.send(
    new CopyObjectCommand(frozen({ Bucket, Key: `copy/${name}`, CopySource: `${Bucket}/source` })),
  );
  const [span] = takeSpans();
  expect(span?.attributes["aws.s3.copy_source"]).toBe(`${Bucket}/source`);
  expect(hashesOf(span)).toHaveLength(1);
  expect(await noticed()).toEqual(hashesOf(span));
});

test.each(KEYS)("so is one that comes in parts as %s, by its own ETag", async (name) => {
  const Key = `parts/${name}`;
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const parts = [Buffer.alloc(5 * 1024 * 1024, "a"), Buffer.from("b")].map(async (Body, index) => {
    const part = { Bucket, Key, UploadId, PartNumber: index + 1 };
    const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body }));
    return { ETag, PartNumber: index + 1 };
  });
  const MultipartUpload = { Parts: await Promise.all(parts) };
  const completed = await s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }),
  );
  const spans = takeSpans();
  expect(completed.ETag).toMatch(/-2"?$/);
  expect(spans.map(({ name }) => name)).toEqual([
    "S3.CreateMultipartUpload",
    "S3.UploadPart",
    "S3.UploadPart",
    "S3.CompleteMultipartUpload",
  ]);
  expect(spans.map(({ attributes }) => attributes["aws.s3.upload_id"])).toEqual([
    undefined,
    UploadId,
    UploadId,
    UploadId,
  ]);
  expect(spans.map(({ attributes }) => attributes["aws.s3.part_number"]).toSorted()).toEqual([
    1,
    2,
    undefined,
    undefined,
  ]);
  expect(spans.flatMap(hashesOf)).toHaveLength(1);
  expect(await noticed()).toEqual(spans.flatMap(hashesOf));
});

/** The span of a put that is answered with this ETag, and sent nowhere. */
async function putSpan(bucket: string, Key: string, ETag: string) {
  const client = traced(new S3(local("http://127.0.0.1:1")));
  client.middlewareStack.add(() => async () => ({ response: {}, output: { $metadata: {}, ETag } }), {
    step: "initialize",
    priority: "low",
  });
  await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "x" }));
  client.destroy();
  return takeSpans()[0];
}

test("the pointer is the one that Datadog's tracers make", async () => {
  const span = await putSpan("some-bucket", "some-key.data", '"ab12ef34"');
  expect(hashesOf(span)).toEqual(["e721375466d4116ab551213fdea08413"]);
});

test("the span says which object, and the link what it is", async () => {
  await s3.putObject({ Bucket, Key: "said", Body: "hello" });
  expect(takeSpans()[0]).toMatchObject({
    name: "S3.PutObject",
    kind: SpanKind.CLIENT,
    attributes: {
      "rpc.system.name": "aws-api",
      "rpc.method": "S3/PutObject",
      "aws.s3.bucket": Bucket,
      "aws.s3.key": "said",
    },
    links: [{ attributes: { "link.kind": "span-pointer", "ptr.kind": "aws.s3.object", "ptr.dir": "d" } }],
  });
});

test("what writes nothing points to nothing", async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: "gone", Body: "x" }));
  takeSpans();
  await s3.send(new GetObjectCommand({ Bucket, Key: "gone" }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "gone" }));
  await s3.send(new PutObjectCommand({ Bucket: "not-there", Key: "k", Body: "x" })).catch(() => undefined);
  const spans = takeSpans();
  expect(spans).toHaveLength(3);
  expect(spans.flatMap(({ links }) => links)).toEqual([]);
});

test.each([
  "arn:aws:s3:us-east-1:123456789012:accesspoint/orders",
  "orders-metadata-aaqjnwygcmt3yryxp6a6a34ex11uorcst-s3alias",
])("behind the access point %s a bucket has no name to point to", async (accessPoint) => {
  expect((await putSpan(accessPoint, "some-key.data", '"ab12ef34"'))?.links).toEqual([]);
});

test("by option nothing is pointed to", async () => {
  const configuration = { ...local(`http://127.0.0.1:${aws.port}`), forcePathStyle: true };
  const client = traced(new S3(configuration), { spanPointers: false });
  await client.send(new PutObjectCommand({ Bucket, Key: "quiet", Body: "x" }));
  client.destroy();
  expect(takeSpans()[0]?.links).toEqual([]);
});

test("an odd request is answered as without us", async () => {
  await fc.assert(
    fc.asyncProperty(oddInputs("Key", "CopySource", "UploadId", "PartNumber", "Metadata"), async (odd) => {
      const input = { Bucket, Body: "hello", ...odd } as unknown as PutObjectCommandInput;
      const outcome = (by: S3) =>
        by.send(new PutObjectCommand(input)).then(
          ({ ETag }) => ETag,
          ({ name, message }: Error) => [name, message],
        );
      expect(await outcome(s3)).toEqual(await outcome(plain));
    }),
    { numRuns: 60 },
  );
});
