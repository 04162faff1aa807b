import { once } from "node:events";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { Kinesis } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { KinesisStreamEvent } from "aws-lambda";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type StreamMapping, type StreamMappingOptions, startStreamMapping } from "../src/stream-mapping.ts";

const require = createRequire(import.meta.url);
const kinesalite = require("kinesalite") as (options: object) => Server;

let server: Server;
let kinesis: Kinesis;
let mapping: StreamMapping | undefined;
let StreamName = "";
let StreamARN = "";
let streams = 0;

beforeAll(async () => {
  server = kinesalite({ createStreamMs: 0, shardLimit: 100 }).listen(0, "127.0.0.1");
  await once(server, "listening");
  kinesis = new Kinesis({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    requestHandler: new NodeHttpHandler(),
  });
});
afterAll(async () => {
  kinesis.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});
beforeEach(async () => {
  streams += 1;
  StreamName = `orders-${streams}`;
  await kinesis.createStream({ StreamName, ShardCount: 2 });
  let status: string | undefined;
  while (status !== "ACTIVE") {
    const { StreamDescription } = await kinesis.describeStream({ StreamName });
    status = StreamDescription?.StreamStatus;
    StreamARN = StreamDescription?.StreamARN ?? "";
  }
});
afterEach(() => mapping?.stop());

const start = (options: Partial<StreamMappingOptions> = {}) => {
  const invoke = async () => undefined;
  mapping = startStreamMapping({ kinesis, streamName: StreamName, streamArn: StreamARN, invoke, ...options });
  return mapping;
};
const put = (data: string, PartitionKey = "same") =>
  kinesis.putRecord({ StreamName, PartitionKey, Data: Buffer.from(data) });
const data = (event: KinesisStreamEvent) =>
  event.Records.map((record) => Buffer.from(record.kinesis.data, "base64").toString());

test("a record is the one that Lambda makes of it", async () => {
  const { SequenceNumber, ShardId } = await put('{"order":17}');
  await start().look();
  expect(mapping?.batches.map(({ event }) => event)).toEqual([
    {
      Records: [
        {
          kinesis: {
            kinesisSchemaVersion: "1.0",
            partitionKey: "same",
            sequenceNumber: SequenceNumber,
            data: Buffer.from('{"order":17}').toString("base64"),
            approximateArrivalTimestamp: expect.closeTo(Date.now() / 1000, -2),
          },
          eventSource: "aws:kinesis",
          eventVersion: "1.0",
          eventID: `${ShardId}:${SequenceNumber}`,
          eventName: "aws:kinesis:record",
          invokeIdentityArn: expect.stringMatching(/^arn:aws:iam::\d{12}:role\//),
          awsRegion: "us-east-1",
          eventSourceARN: StreamARN,
        },
      ],
    },
  ]);
});

test("a batch is of one shard, in order, and of the batch size at most", async () => {
  for (const text of ["1", "2", "3"]) await put(text);
  await kinesis.putRecord({
    StreamName,
    PartitionKey: "other",
    ExplicitHashKey: "0",
    Data: Buffer.from("0"),
  });
  const last = String(2n ** 128n - 1n);
  await kinesis.putRecord({
    StreamName,
    PartitionKey: "other",
    ExplicitHashKey: last,
    Data: Buffer.from("9"),
  });
  await start({ batchSize: 2 }).look();
  const batches = mapping?.batches ?? [];
  for (const { event } of batches) {
    expect(event.Records.length).toBeLessThanOrEqual(2);
    expect(new Set(event.Records.map(({ eventID }) => eventID.split(":")[0])).size).toBe(1);
  }
  const all = batches.flatMap(({ event }) => data(event));
  expect(all.toSorted()).toEqual(["0", "1", "2", "3", "9"]);
  expect(all.filter((text) => "123".includes(text))).toEqual(["1", "2", "3"]);
});

test("each record comes once, later ones too", async () => {
  await put("1");
  await start().look();
  await put("2");
  await mapping?.look();
  await mapping?.look();
  expect(mapping?.batches.map(({ event }) => data(event))).toEqual([["1"], ["2"]]);
});

test("a batch comes again from the first record that failed", async () => {
  for (const text of ["1", "2", "3"]) await put(text);
  const invoke = async ({ Records }: KinesisStreamEvent) => ({
    batchItemFailures: Records.slice(1)
      .map((record) => ({ itemIdentifier: record.kinesis.sequenceNumber }))
      .reverse(),
  });
  await start({ invoke }).look();
  expect(mapping?.batches.map(({ event }) => data(event))).toEqual([["1", "2", "3"], ["2", "3"], ["3"]]);
});

test("a stream that is not there is an error, and looking goes on", async () => {
  await start({ streamName: "none" }).look();
  expect(mapping?.errors[0]).toMatchObject({ name: "ResourceNotFoundException" });
});
