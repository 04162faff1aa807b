import { isRecord, type SpanPointer, spanPointers } from "@throughline/payloads";
import * as semconv from "@throughline/triggers";
import { type Attributes, common, present, text } from "@throughline/triggers";
import type { Fields, Operation, Service } from "../service.ts";
import { nameOf, records } from "./fields.ts";

type TableKeys = Readonly<Record<string, readonly string[]>>;

/**
 * Items carry no context of themselves. What is written leaves a span pointer to each item; a put says it only where the table's
 * key is known.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/dynamodb/
 */
export const dynamodb: Service = {
  client: "DynamoDB",
  operations: {
    GetItem: operation("GetItem"),
    Query: operation("Query"),
    Scan: operation("Scan"),
    BatchGetItem: operation("BatchGetItem"),
    TransactGetItems: operation("TransactGetItems"),
    PutItem: operation("PutItem", (input, keys) => [put(input, keys)]),
    UpdateItem: operation("UpdateItem", (input) => [change(input)]),
    DeleteItem: operation("DeleteItem", (input) => [change(input)]),
    BatchWriteItem: operation("BatchWriteItem", batchWritten),
    TransactWriteItems: operation("TransactWriteItems", ({ TransactItems }, keys) =>
      records(TransactItems).flatMap(({ Put, Update, Delete }) => [
        isRecord(Put) ? put(Put, keys) : undefined,
        ...[Update, Delete].filter(isRecord).map(change),
      ]),
    ),
  },
};

// Of a request, and then of its answer, what says nothing of the data.
const ASKED: Described = {
  IndexName: [semconv.AWS_DYNAMODB_INDEX_NAME, "string"],
  ProjectionExpression: [semconv.AWS_DYNAMODB_PROJECTION, "string"],
  Select: [semconv.AWS_DYNAMODB_SELECT, "string"],
  ConsistentRead: [semconv.AWS_DYNAMODB_CONSISTENT_READ, "boolean"],
  ScanIndexForward: [semconv.AWS_DYNAMODB_SCAN_FORWARD, "boolean"],
  Limit: [semconv.AWS_DYNAMODB_LIMIT, "number"],
  Segment: [semconv.AWS_DYNAMODB_SEGMENT, "number"],
  TotalSegments: [semconv.AWS_DYNAMODB_TOTAL_SEGMENTS, "number"],
};
const ANSWERED: Described = {
  Count: [semconv.AWS_DYNAMODB_COUNT, "number"],
  ScannedCount: [semconv.AWS_DYNAMODB_SCANNED_COUNT, "number"],
};

/** Fields, each with the attribute it becomes and the type it must have for that. */
type Described = Readonly<Record<string, readonly [key: string, type: string]>>;

function operation(
  name: string,
  pointers?: (input: Fields, keys: TableKeys, output: Fields) => (SpanPointer | undefined)[],
): Operation {
  return {
    spanName(input) {
      const table = common(tablesOf(input));
      return table ? `${name} ${table}` : name;
    },
    attributes(input) {
      const tables = [...new Set(tablesOf(input))];
      const size = sizeOf(input);
      return present({
        [semconv.DB_SYSTEM_NAME]: "aws.dynamodb",
        [semconv.DB_OPERATION_NAME]: name,
        // A batch of one is none.
        [semconv.DB_OPERATION_BATCH_SIZE]: size > 1 ? size : undefined,
        [semconv.DB_COLLECTION_NAME]: common(tables),
        [semconv.AWS_DYNAMODB_TABLE_NAMES]: tables,
        ...described(input, ASKED),
      });
    },
    answered: (output, input, { tableKeys }) => ({
      attributes: described(output, ANSWERED),
      pointers: pointers?.(input, tableKeys, output),
    }),
  };
}

function described(fields: Fields, attributes: Described): Attributes {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([field, [, type]]) => typeof fields[field] === type)
      .map(([field, [key]]) => [key, fields[field] as string | number | boolean]),
  );
}

/** How many items a batch or a transaction is about. */
function sizeOf({ RequestItems, TransactItems }: Fields): number {
  const lists = [TransactItems, ...(isRecord(RequestItems) ? Object.values(RequestItems) : [])];
  return lists.reduce<number>((sum, list) => sum + records(isRecord(list) ? list.Keys : list).length, 0);
}

/** All tables that a request names. */
function tablesOf({ TableName, RequestItems, TransactItems }: Fields): string[] {
  const inTransaction = records(TransactItems).flatMap((item) =>
    records(Object.values(item)).map((one) => one.TableName),
  );
  const inBatch = isRecord(RequestItems) ? Object.keys(RequestItems) : [];
  return [TableName, ...inBatch, ...inTransaction].flatMap((name) => nameOf(name) ?? []);
}

/** What a batch wrote: not what came back as unprocessed. */
function batchWritten({ RequestItems }: Fields, keys: TableKeys, { UnprocessedItems }: Fields) {
  if (!isRecord(RequestItems)) return [];
  const left = isRecord(UnprocessedItems) ? UnprocessedItems : {};
  return Object.entries(RequestItems).flatMap(([TableName, requests]) => {
    const pointersOf = (list: unknown) =>
      records(list).flatMap(({ PutRequest, DeleteRequest }) => [
        isRecord(PutRequest) ? put({ TableName, ...PutRequest }, keys) : undefined,
        isRecord(DeleteRequest) ? change({ TableName, ...DeleteRequest }) : undefined,
      ]);
    const unprocessed = new Set(pointersOf(left[TableName]).map((pointer) => pointer?.hash));
    return pointersOf(requests).filter((pointer) => !unprocessed.has(pointer?.hash));
  });
}

/** An update or a deletion names the key. */
function change({ TableName, Key }: Fields): SpanPointer | undefined {
  return isRecord(Key) ? spanPointers.dynamodbItem({ table: text(TableName), keys: Key }) : undefined;
}

/** A put names the whole item. */
function put({ TableName, Item }: Fields, tableKeys: TableKeys): SpanPointer | undefined {
  const table = nameOf(TableName);
  const names = table !== undefined && Object.hasOwn(tableKeys, table) ? tableKeys[table] : undefined;
  if (!names || !isRecord(Item)) return undefined;
  return spanPointers.dynamodbItem({
    table,
    keys: Object.fromEntries(names.map((name) => [name, Item[name]])),
  });
}
