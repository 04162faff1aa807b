import { once } from "node:events";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import type { DynamoDBStreamEvent } from "aws-lambda";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  startTableStream,
  type TableStream,
  type TableStreamOptions,
} from "../../src/mappings/table-stream.ts";

const require = createRequire(import.meta.url);
const dynalite = require("dynalite") as (options: object) => Server;

let server: Server;
let dynamodb: DynamoDB;
let stream: TableStream | undefined;
let tableName = "";
let tables = 0;

beforeAll(async () => {
  server = dynalite({ createTableMs: 0, deleteTableMs: 0 }).listen(0, "127.0.0.1");
  await once(server, "listening");
  dynamodb = new DynamoDB({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
  });
});
afterAll(async () => {
  dynamodb.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});
beforeEach(async () => {
  tables += 1;
  tableName = `orders-${tables}`;
  await dynamodb.createTable({
    TableName: tableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [
      { AttributeName: "id", AttributeType: "S" },
      { AttributeName: "at", AttributeType: "N" },
    ],
    KeySchema: [
      { AttributeName: "id", KeyType: "HASH" },
      { AttributeName: "at", KeyType: "RANGE" },
    ],
  });
  while ((await dynamodb.describeTable({ TableName: tableName })).Table?.TableStatus !== "ACTIVE");
});
afterEach(() => stream?.stop());

const start = async (options: Partial<TableStreamOptions> = {}) => {
  stream = await startTableStream({ dynamodb, tableName, invoke: async () => undefined, ...options });
  return stream;
};
const put = (id: string, rest: object = {}) =>
  dynamodb.putItem({ TableName: tableName, Item: { id: { S: id }, at: { N: "1" }, ...rest } });
const records = () => stream?.batches.flatMap(({ event }) => event.Records) ?? [];
const Keys = (id: string) => ({ id: { S: id }, at: { N: "1" } });

test("an item that is put is the record that a stream has of it", async () => {
  const { streamArn } = await start();
  await put("a", {
    name: { S: "Ann" },
    bytes: { B: Buffer.from("hello") },
    deep: { M: { l: { L: [{ BS: [Buffer.from("x")] }] } } },
  });
  await stream?.look();
  expect(streamArn).toMatch(
    /^arn:aws:dynamodb:[a-z0-9-]+:\d{12}:table\/orders-\d+\/stream\/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/,
  );
  expect(records()).toEqual([
    {
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: "INSERT",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: streamArn.split(":")[3],
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number),
        Keys: Keys("a"),
        NewImage: {
          ...Keys("a"),
          name: { S: "Ann" },
          bytes: { B: "aGVsbG8=" },
          deep: { M: { l: { L: [{ BS: ["eA=="] }] } } },
        },
        SequenceNumber: expect.stringMatching(/^\d{21}$/),
        SizeBytes: expect.any(Number),
        StreamViewType: "NEW_AND_OLD_IMAGES",
      },
      eventSourceARN: streamArn,
    },
  ]);
});

test("changes and removals have both images, or the old one", async () => {
  await put("a", { n: { N: "1" } });
  await put("b");
  await start();
  await put("a", { n: { N: "2" } });
  await dynamodb.deleteItem({ TableName: tableName, Key: Keys("b") });
  await stream?.look();
  const byName = Object.groupBy(records(), ({ eventName = "" }) => eventName);
  expect(Object.keys(byName).sort()).toEqual(["MODIFY", "REMOVE"]);
  expect(byName.MODIFY?.[0]?.dynamodb).toMatchObject({
    Keys: Keys("a"),
    OldImage: { ...Keys("a"), n: { N: "1" } },
    NewImage: { ...Keys("a"), n: { N: "2" } },
  });
  expect(byName.REMOVE?.[0]?.dynamodb).toMatchObject({ Keys: Keys("b"), OldImage: Keys("b") });
  expect(byName.REMOVE?.[0]?.dynamodb).not.toHaveProperty("NewImage");
});

test("what is put as it was is no change", async () => {
  await put("a", { set: { SS: ["x", "y"] }, n: { N: "1" } });
  await start();
  await put("a", { n: { N: "1" }, set: { SS: ["y", "x"] } });
  await stream?.look();
  expect(records()).toEqual([]);
});

test.each([
  ["KEYS_ONLY", []],
  ["NEW_IMAGE", ["NewImage"]],
  ["OLD_IMAGE", ["OldImage"]],
] as const)("a stream of %s has those images only", async (view, images) => {
  await put("a");
  await start({ view });
  await put("a", { n: { N: "1" } });
  await stream?.look();
  const [record] = records();
  expect(Object.keys(record?.dynamodb ?? {}).filter((key) => key.endsWith("Image"))).toEqual(images);
  expect(record?.dynamodb?.StreamViewType).toBe(view);
});

test("later records have higher sequence numbers, and batches their size", async () => {
  await start({ batchSize: 2 });
  for (const id of ["a", "b", "c"]) await put(id);
  await stream?.look();
  // A look that came between the puts has made smaller batches.
  expect(Math.max(...(stream?.batches ?? []).map(({ event }) => event.Records.length))).toBeLessThanOrEqual(
    2,
  );
  const numbers = records().map(({ dynamodb: change }) => change?.SequenceNumber);
  expect(numbers).toHaveLength(3);
  expect(numbers.toSorted()).toEqual(numbers);
});

test("a batch comes again from the record that failed, and is given up in the end", async () => {
  const seen: (string | undefined)[][] = [];
  const invoke = async ({ Records }: DynamoDBStreamEvent) => {
    seen.push(Records.map(({ dynamodb: change }) => change?.Keys?.id?.S));
    return { batchItemFailures: [{ itemIdentifier: Records.at(-1)?.dynamodb?.SequenceNumber }] };
  };
  const other = await startTableStream({ dynamodb, tableName, invoke, interval: 3_600_000 });
  await other.look();
  await put("a");
  await put("b");
  await other.look();
  await other.stop();
  expect(seen.map((ids) => ids.length)).toEqual([2, 1, 1]);
  expect(new Set(seen.slice(1).flat())).toEqual(new Set([seen[0]?.[1]]));
});

test("a function that fails gets the whole batch again", async () => {
  const failure = new Error("no");
  let calls = 0;
  await start({
    invoke: async () => {
      calls += 1;
      if (calls === 1) throw failure;
    },
  });
  await put("a");
  await stream?.look();
  expect(stream?.batches.map(({ error }) => error)).toEqual([failure, undefined]);
  expect(stream?.batches[1]?.event).toEqual(stream?.batches[0]?.event);
});

test("items on further pages are seen", async () => {
  await start();
  const text = { S: "x".repeat(300_000) };
  for (const id of ["a", "b", "c", "d", "e"]) await put(id, { text });
  await stream?.look();
  expect(records()).toHaveLength(5);
});
