import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type BatchWriteItemCommandInput,
  DeleteItemCommand,
  DynamoDB,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import {
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  NumberValue,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { SpanKind } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { startTableStream, type TableStream } from "@throughline/testing";
import { resolve } from "@throughline/triggers";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type ClientOptions, traced } from "../../../src/index.ts";
import { frozen } from "../frozen.ts";
import { oddInputs } from "../odd.ts";
import { local, recordSpans, takeSpans } from "../spans.ts";

const require = createRequire(import.meta.url);
const dynalite = require("dynalite") as (options: object) => Server;
type KeyType = "S" | "N" | "B";

let server: Server;
let plain: DynamoDB;
let stream: TableStream | undefined;

beforeAll(async () => {
  recordSpans();
  server = dynalite({ createTableMs: 0, deleteTableMs: 0 }).listen(0, "127.0.0.1");
  await once(server, "listening");
  plain = new DynamoDB(configuration());
});
beforeEach(() => void takeSpans());
afterEach(() => stream?.stop());
afterAll(async () => {
  plain.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

const configuration = () => local(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
const clientOf = (options?: ClientOptions) => traced(new DynamoDB(configuration()), options);
const documents = (options?: ClientOptions) =>
  DynamoDBDocumentClient.from(clientOf(options), { unmarshallOptions: { wrapNumbers: true } });

let tables = 0;

/** A table with a hash key, and a range key if there is a second type; its changes are noticed when they are looked for. */
async function tableOf(...types: readonly KeyType[]): Promise<string> {
  tables += 1;
  const TableName = `orders-${tables}`;
  const keys = types.map((AttributeType, index) => ({ AttributeName: index ? "at" : "id", AttributeType }));
  await plain.createTable({
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: keys,
    KeySchema: keys.map(({ AttributeName }, index) => ({ AttributeName, KeyType: index ? "RANGE" : "HASH" })),
  });
  while ((await plain.describeTable({ TableName })).Table?.TableStatus !== "ACTIVE");
  stream = await startTableStream({
    dynamodb: plain,
    tableName: TableName,
    invoke: async () => undefined,
    interval: 3_600_000,
  });
  return TableName;
}

const hashesOf = (spans: readonly ReadableSpan[]) =>
  spans.flatMap(({ links }) => links.map(({ attributes }) => attributes?.["ptr.hash"]));

/** The pointers of what the table's stream tells. */
async function noticed(): Promise<string[]> {
  await stream?.look();
  const events = stream?.batches.map(({ event }) => event) ?? [];
  return events.flatMap((event) =>
    resolve(event, undefined).messages.flatMap(({ pointers }) => pointers.map(({ hash }) => hash)),
  );
}

const bytes = Uint8Array.of(0, 0xff, 0x80, 0x7c);
const keys: [string, KeyType[], Record<string, AttributeValue>, Record<string, unknown>][] = [
  ["a text", ["S"], { id: { S: "größe 🧾|" } }, { id: "größe 🧾|" }],
  ["a number", ["N"], { id: { N: "0012.50" } }, { id: 12.5 }],
  ["a large number", ["N"], { id: { N: "1E+22" } }, { id: NumberValue.from("10000000000000000000000") }],
  [
    "a number of many digits",
    ["N"],
    { id: { N: "12345678901234567890123456789012345678" } },
    { id: NumberValue.from("12345678901234567890123456789012345678") },
  ],
  ["a big integer", ["N"], { id: { N: "12345678901234567890" } }, { id: 12345678901234567890n }],
  ["a small number", ["N"], { id: { N: ".00000010" } }, { id: 1e-7 }],
  ["bytes", ["B"], { id: { B: bytes } }, { id: bytes }],
  ["two of a kind", ["S", "N"], { id: { S: "7" }, at: { N: "7" } }, { id: "7", at: 7 }],
  ["two of bytes", ["B", "B"], { id: { B: bytes }, at: { B: bytes } }, { id: bytes, at: Buffer.from(bytes) }],
];
const tableKeysOf = (table: string, types: readonly unknown[]) => ({
  tableKeys: { [table]: ["id", "at"].slice(0, types.length) },
});

test.each(keys)(
  "an item whose key is %s is pointed to from both sides, by both clients",
  async (_, types, Key, plainKey) => {
    const TableName = await tableOf(...types);
    const client = clientOf(tableKeysOf(TableName, types));
    const document = documents(tableKeysOf(TableName, types));
    await client.send(new PutItemCommand(frozen({ TableName, Item: { ...Key, note: { S: "put" } } })));
    const puts = hashesOf(takeSpans());
    expect(puts).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(await noticed()).toEqual(puts);

    const more = {
      UpdateExpression: "SET note = :note",
      ExpressionAttributeValues: { ":note": { S: "updated" } },
    };
    await client.send(new UpdateItemCommand(frozen({ TableName, Key, ...more })));
    await client.send(new DeleteItemCommand(frozen({ TableName, Key })));
    await document.send(new PutCommand(frozen({ TableName, Item: { ...plainKey, note: "put" } })));
    const note = { UpdateExpression: "SET note = :note", ExpressionAttributeValues: { ":note": "updated" } };
    await document.send(new UpdateCommand(frozen({ TableName, Key: plainKey, ...note })));
    await document.send(new DeleteCommand(frozen({ TableName, Key: plainKey })));
    const spans = takeSpans();
    expect(spans.map(({ name }) => name)).toEqual(
      ["UpdateItem", "DeleteItem", "PutItem", "UpdateItem", "DeleteItem"].map(
        (name) => `${name} ${TableName}`,
      ),
    );
    expect(hashesOf(spans)).toEqual(Array(5).fill(puts[0]));
    document.destroy();
    client.destroy();
  },
);

test("a put says nothing of its key where nobody told the table's", async () => {
  const TableName = await tableOf("S");
  await clientOf().send(new PutItemCommand({ TableName, Item: { id: { S: "7" } } }));
  expect(hashesOf(takeSpans())).toEqual([]);
});

test("the environment may tell it, as Datadog's tracers are told", async () => {
  const TableName = await tableOf("S");
  process.env.DD_TRACE_DYNAMODB_TABLE_PRIMARY_KEYS = JSON.stringify({ [TableName]: ["id"] });
  const client = clientOf();
  delete process.env.DD_TRACE_DYNAMODB_TABLE_PRIMARY_KEYS;
  await client.send(new PutItemCommand({ TableName, Item: { id: { S: "7" }, note: { S: "x" } } }));
  const put = hashesOf(takeSpans());
  expect(put).toHaveLength(1);
  expect(await noticed()).toEqual(put);
  client.destroy();
});

test("a table that is named by its ARN is the same one", async () => {
  const Key = { id: { S: "some-value" } };
  const arn = "arn:aws:dynamodb:us-east-1:123456789012:table/some-table";
  const answered = await answering({}, { tableKeys: { "some-table": ["id"] } });
  const update = { Key, UpdateExpression: "SET note = :note" };
  await answered.client.updateItem({ TableName: "some-table", ...update });
  await answered.client.updateItem({ TableName: arn, ...update });
  await answered.client.putItem({ TableName: arn, Item: Key });
  await answered.close();
  const spans = takeSpans();
  expect(new Set(hashesOf(spans)).size).toBe(1);
  expect(spans.map(({ name }) => name)).toEqual([
    "UpdateItem some-table",
    "UpdateItem some-table",
    "PutItem some-table",
  ]);
});

test("the pointer is the one that Datadog's tracers make", async () => {
  const { client, close } = await answering({});
  const Key = { "some-key": { S: "some-value" }, "other-key": { N: "123" } };
  await client.deleteItem({ TableName: "some-table", Key });
  await close();
  expect(hashesOf(takeSpans())).toEqual(["7aa1b80b0e49bd2078a5453399f4dd67"]);
});

test("a batch points to what it wrote", async () => {
  const TableName = await tableOf("S");
  await plain.putItem({ TableName, Item: { id: { S: "c" } } });
  await noticed();
  const client = clientOf(tableKeysOf(TableName, ["S"]));
  const RequestItems = {
    [TableName]: [
      { PutRequest: { Item: { id: { S: "a" }, note: { S: "1" } } } },
      { PutRequest: { Item: { id: { S: "b" } } } },
      { DeleteRequest: { Key: { id: { S: "c" } } } },
    ],
  };
  await client.send(new BatchWriteItemCommand(frozen({ RequestItems })));
  const spans = takeSpans();
  expect(spans[0]).toMatchObject({
    name: `BatchWriteItem ${TableName}`,
    attributes: { "db.operation.batch.size": 3 },
  });
  expect(hashesOf(spans)).toHaveLength(3);
  // What the last look saw was put by somebody else: the item that is deleted now.
  expect(new Set((await noticed()).slice(-3))).toEqual(new Set(hashesOf(spans)));

  const document = DynamoDBDocumentClient.from(client);
  const requests = [
    { PutRequest: { Item: { id: "a", note: "2" } } },
    { PutRequest: { Item: { id: "b", note: "2" } } },
    { DeleteRequest: { Key: { id: "c" } } },
  ];
  await document.send(new BatchWriteCommand(frozen({ RequestItems: { [TableName]: requests } })));
  expect(hashesOf(takeSpans())).toEqual(hashesOf(spans));
  client.destroy();
});

test("what a batch left undone is not pointed to", async () => {
  const put = (id: string) => ({ PutRequest: { Item: { id: { S: id }, note: { S: id } } } });
  const UnprocessedItems = { orders: [put("b"), { DeleteRequest: { Key: { id: { S: "d" } } } }] };
  const { client, close } = await answering({ UnprocessedItems }, { tableKeys: { orders: ["id"] } });
  const deleted = (id: string) => ({ DeleteRequest: { Key: { id: { S: id } } } });
  await client.batchWriteItem({ RequestItems: { orders: [put("a"), put("b"), deleted("c"), deleted("d")] } });
  const [left] = takeSpans();
  const document = DynamoDBDocumentClient.from(client);
  const { UnprocessedItems: shown } = await document.send(
    new BatchWriteCommand({
      RequestItems: {
        orders: [
          { PutRequest: { Item: { id: "a" } } },
          { PutRequest: { Item: { id: "b" } } },
          { DeleteRequest: { Key: { id: "c" } } },
          { DeleteRequest: { Key: { id: "d" } } },
        ],
      },
    }),
  );
  expect(shown?.orders).toEqual([
    { PutRequest: { Item: { id: "b", note: "b" } } },
    { DeleteRequest: { Key: { id: "d" } } },
  ]);
  await client.deleteItem({ TableName: "orders", Key: { id: { S: "a" } } });
  await client.deleteItem({ TableName: "orders", Key: { id: { S: "c" } } });
  await close();
  const [again, a, c] = takeSpans();
  expect(hashesOf([left as ReadableSpan])).toEqual(hashesOf([a, c] as ReadableSpan[]));
  expect(hashesOf([again as ReadableSpan])).toEqual(hashesOf([a, c] as ReadableSpan[]));
});

test("a transaction points to what it wrote, not to what it checked", async () => {
  const { client, close } = await answering({}, { tableKeys: { orders: ["id"], items: ["id"] } });
  const change = { UpdateExpression: "SET note = :note", ExpressionAttributeValues: { ":note": { S: "x" } } };
  const Key = (id: string) => ({ id: { S: id } });
  await client.send(
    new TransactWriteItemsCommand(
      frozen({
        ClientRequestToken: "order-7",
        TransactItems: [
          { Put: { TableName: "orders", Item: { ...Key("a"), note: { S: "x" } } } },
          { Update: { TableName: "items", Key: Key("b"), ...change } },
          { Delete: { TableName: "items", Key: Key("c") } },
          {
            ConditionCheck: {
              TableName: "items",
              Key: Key("d"),
              ConditionExpression: "attribute_exists(id)",
            },
          },
        ],
      }),
    ),
  );
  await DynamoDBDocumentClient.from(client).send(
    new TransactWriteCommand({
      TransactItems: [
        { Put: { TableName: "orders", Item: { id: "a" } } },
        { Update: { TableName: "items", Key: { id: "b" }, UpdateExpression: "REMOVE note" } },
        { Delete: { TableName: "items", Key: { id: "c" } } },
      ],
    }),
  );
  const [transaction, again] = takeSpans();
  for (const [TableName, id] of [
    ["orders", "a"],
    ["items", "b"],
    ["items", "c"],
  ] as const)
    await client.deleteItem({ TableName, Key: Key(id) });
  await close();
  expect(hashesOf([transaction as ReadableSpan])).toEqual(hashesOf(takeSpans()));
  expect(hashesOf([again as ReadableSpan])).toEqual(hashesOf([transaction as ReadableSpan]));
  expect(transaction).toMatchObject({
    name: "TransactWriteItems",
    attributes: { "db.operation.batch.size": 4, "aws.dynamodb.table_names": ["orders", "items"] },
  });
  expect(transaction?.attributes).not.toHaveProperty("db.collection.name");
});

test("a write that fails points to nothing", async () => {
  const TableName = await tableOf("S");
  const client = clientOf();
  const failing = { TableName, Key: { id: { S: "7" } }, ConditionExpression: "attribute_exists(id)" };
  await expect(client.deleteItem(failing)).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
  const [span] = takeSpans();
  expect([span?.links, span?.attributes["error.type"]]).toEqual([[], "ConditionalCheckFailedException"]);
  client.destroy();
});

test("spans say what was asked and how much came of it", async () => {
  const TableName = await tableOf("S");
  await plain.putItem({ TableName, Item: { id: { S: "7" }, note: { S: "x" } } });
  const client = clientOf();
  await client.send(new GetItemCommand({ TableName, Key: { id: { S: "7" } }, ConsistentRead: true }));
  await client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: "id = :id",
      ExpressionAttributeValues: { ":id": { S: "7" } },
      ProjectionExpression: "note",
      Limit: 5,
      ScanIndexForward: false,
    }),
  );
  await client.scan({ TableName, Select: "COUNT", Segment: 0, TotalSegments: 2 });
  await client.send(
    new BatchGetItemCommand({
      RequestItems: { [TableName]: { Keys: [{ id: { S: "7" } }, { id: { S: "8" } }] } },
    }),
  );
  await client.describeTable({ TableName });
  client.destroy();
  const common = {
    "rpc.system.name": "aws-api",
    "db.system.name": "aws.dynamodb",
    "db.collection.name": TableName,
    "aws.dynamodb.table_names": [TableName],
  };
  const spans = takeSpans();
  expect(spans.every(({ kind }) => kind === SpanKind.CLIENT)).toBe(true);
  expect(spans.map(({ name, attributes }) => ({ name, attributes }))).toMatchObject([
    {
      name: `GetItem ${TableName}`,
      attributes: { ...common, "db.operation.name": "GetItem", "aws.dynamodb.consistent_read": true },
    },
    {
      name: `Query ${TableName}`,
      attributes: {
        ...common,
        "aws.dynamodb.projection": "note",
        "aws.dynamodb.limit": 5,
        "aws.dynamodb.scan_forward": false,
        "aws.dynamodb.count": 1,
        "aws.dynamodb.scanned_count": 1,
      },
    },
    {
      name: `Scan ${TableName}`,
      attributes: {
        ...common,
        "aws.dynamodb.select": "COUNT",
        "aws.dynamodb.segment": 0,
        "aws.dynamodb.total_segments": 2,
      },
    },
    { name: `BatchGetItem ${TableName}`, attributes: { ...common, "db.operation.batch.size": 2 } },
    { name: "DynamoDB.DescribeTable" },
  ]);
});

test("an odd request is answered as without us", async () => {
  const TableName = await tableOf("S");
  const client = clientOf(tableKeysOf(TableName, ["S"]));
  const update = oddInputs("TableName", "Key", "UpdateExpression", "ReturnValues");
  const batch = oddInputs("RequestItems", "ReturnConsumedCapacity");
  const outcomeOf = (sending: Promise<unknown>) =>
    sending.then(
      () => "done",
      ({ name, message }: Error) => [name, message],
    );
  await fc.assert(
    fc.asyncProperty(update, batch, async (odd, oddBatch) => {
      const input = { TableName, Key: { id: { S: "7" } }, ...odd } as unknown as UpdateItemCommandInput;
      const items = oddBatch as unknown as BatchWriteItemCommandInput;
      expect(await outcomeOf(client.send(new UpdateItemCommand(input)))).toEqual(
        await outcomeOf(plain.send(new UpdateItemCommand(input))),
      );
      expect(await outcomeOf(client.send(new BatchWriteItemCommand(items)))).toEqual(
        await outcomeOf(plain.send(new BatchWriteItemCommand(items))),
      );
    }),
    { numRuns: 40 },
  );
  client.destroy();
});

/** A client of a server that gives every request the same answer: dynalite has no transactions, and leaves nothing undone. */
async function answering(answer: object, options?: ClientOptions) {
  const answers = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(answer));
  }).listen(0, "127.0.0.1");
  await once(answers, "listening");
  const endpoint = `http://127.0.0.1:${(answers.address() as AddressInfo).port}`;
  const client = traced(new DynamoDB(local(endpoint)), options);
  const close = async () => {
    client.destroy();
    answers.close();
    await once(answers, "close");
  };
  return { client, close };
}
