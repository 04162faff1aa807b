import { randomBytes } from "node:crypto";
import type {
  DynamoDBRecord,
  DynamoDBStreamEvent,
  StreamRecord,
  AttributeValue as StreamValue,
} from "aws-lambda";
import { type Polling, startPolling } from "./polling.ts";
import { type RecordBatches, startRecordBatches } from "./record-batches.ts";

export interface TableStreamOptions {
  /** The SDK's `DynamoDB`, which is a `DynamoDBClient` too. */
  readonly dynamodb: TableReader;
  readonly tableName: string;
  /** Runs the function. */
  readonly invoke: (event: DynamoDBStreamEvent) => Promise<unknown>;
  /** What records hold beside the keys; default both images. */
  readonly view?: StreamView | undefined;
  /** The most records per invocation; default 100. */
  readonly batchSize?: number | undefined;
  /** How often what failed is given again; default 2. AWS goes on until the records expire. */
  readonly retries?: number | undefined;
  /** Milliseconds between looks; default 100. */
  readonly interval?: number | undefined;
}

type StreamView = "KEYS_ONLY" | "NEW_IMAGE" | "OLD_IMAGE" | "NEW_AND_OLD_IMAGES";
type Item = Readonly<Record<string, unknown>>;

/** The part of the SDK's `DynamoDB` that is needed. */
export interface TableReader {
  describeTable(request: { readonly TableName: string }): Promise<{
    readonly Table?:
      | {
          readonly TableArn?: string | undefined;
          readonly KeySchema?: readonly { readonly AttributeName?: string | undefined }[] | undefined;
        }
      | undefined;
  }>;
  scan(request: {
    readonly TableName: string;
    readonly ConsistentRead: true;
    // biome-ignore lint/suspicious/noExplicitAny: a page's end goes into the request for the next as it came.
    readonly ExclusiveStartKey: any;
  }): Promise<{
    readonly Items?: readonly Item[] | undefined;
    readonly LastEvaluatedKey?: Item | undefined;
  }>;
}

export interface TableStream extends Polling, Pick<RecordBatches<DynamoDBRecord>, "batches"> {
  readonly streamArn: string;
}

/**
 * Drives a function by what changes in a table from now on, as Lambda's mapping of the table's stream does. It compares what a
 * scan gives with what the one before gave: of what happens to an item in between it sees the outcome only.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 *
 * @example
 * const stream = await startTableStream({ dynamodb: new DynamoDB(config), tableName: "orders", invoke: index.invoke });
 */
export async function startTableStream(options: TableStreamOptions): Promise<TableStream> {
  const { dynamodb, tableName, view = "NEW_AND_OLD_IMAGES", batchSize = 100 } = options;
  const { invoke, retries = 2, interval = 100 } = options;
  const { Table } = await dynamodb.describeTable({ TableName: tableName });
  const keys = (Table?.KeySchema ?? []).map(({ AttributeName = "" }) => AttributeName);
  const streamArn = `${Table?.TableArn}/stream/${new Date().toISOString().replace("Z", "")}`;
  const { batches, deliver } = startRecordBatches<DynamoDBRecord>({
    invoke,
    sequenceNumber: ({ dynamodb: change }) => change?.SequenceNumber,
    retries,
  });
  let known = await scan(options, keys);
  let sequence = 0n;

  const toRecord = ({ before, now }: Change): DynamoDBRecord => {
    sequence += 1n;
    const SequenceNumber = String(FIRST_SEQUENCE + sequence);
    return {
      eventID: randomBytes(16).toString("hex"),
      eventName: before ? (now ? "MODIFY" : "REMOVE") : "INSERT",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: streamArn.split(":")[3] ?? "",
      dynamodb: { ...streamRecord({ before, now }, keys, view), SequenceNumber },
      eventSourceARN: streamArn,
    };
  };

  const look = async (): Promise<void> => {
    const now = await scan(options, keys);
    const records = changesBetween(known, now).map(toRecord);
    known = now;
    for (let at = 0; at < records.length; at += batchSize) await deliver(records.slice(at, at + batchSize));
  };
  return { ...startPolling(look, interval), batches, streamArn };
}

const FIRST_SEQUENCE = 100_000_000_000_000_000_000n;

interface Change {
  readonly before: Item | undefined;
  readonly now: Item | undefined;
}

/** Items as a stream spells them, by their keys' JSON. */
async function scan(
  { dynamodb, tableName }: TableStreamOptions,
  keys: readonly string[],
): Promise<Map<string, Item>> {
  const items = new Map<string, Item>();
  let next: Item | undefined;
  do {
    const request = { TableName: tableName, ConsistentRead: true as const, ExclusiveStartKey: next };
    const { Items = [], LastEvaluatedKey } = await dynamodb.scan(request);
    for (const item of Items) items.set(JSON.stringify(pick(encode(item), keys)), encode(item));
    next = LastEvaluatedKey;
  } while (next !== undefined);
  return items;
}

/** Binary values, at any depth, are base64 in a stream. */
function encode<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value, (_, each) => (isBytes(each) ? toBase64(each) : each))) as Value;
}

/** A `Buffer` has become what its `toJSON` gives by the time it is looked at. */
function isBytes(value: unknown): value is Uint8Array | { readonly data: number[] } {
  return value instanceof Uint8Array || (value as { type?: unknown } | null)?.type === "Buffer";
}

function toBase64(bytes: Uint8Array | { readonly data: number[] }): string {
  return Buffer.from(bytes instanceof Uint8Array ? bytes : bytes.data).toString("base64");
}

function changesBetween(before: Map<string, Item>, now: Map<string, Item>): Change[] {
  const keys = new Set([...before.keys(), ...now.keys()]);
  return [...keys]
    .map((key) => ({ before: before.get(key), now: now.get(key) }))
    .filter((change) => canonical(change.before) !== canonical(change.now));
}

/** Neither attributes nor the members of a set have an order. */
function canonical(item: Item | undefined): string | undefined {
  return JSON.stringify(item, (key, value: unknown) => {
    if (Array.isArray(value) && /^[SNB]S$/.test(key)) return value.toSorted();
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function streamRecord({ before, now }: Change, keys: readonly string[], view: StreamView): StreamRecord {
  const images = {
    ...(now && (view === "NEW_IMAGE" || view === "NEW_AND_OLD_IMAGES") && { NewImage: values(now) }),
    ...(before && (view === "OLD_IMAGE" || view === "NEW_AND_OLD_IMAGES") && { OldImage: values(before) }),
  };
  const Keys = values(pick(now ?? before ?? {}, keys));
  return {
    ApproximateCreationDateTime: Math.floor(Date.now() / 1000),
    Keys,
    ...images,
    SizeBytes: Buffer.byteLength(JSON.stringify([Keys, images])),
    StreamViewType: view,
  };
}

function pick(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(names.map((name) => [name, item[name]]));
}

function values(item: Item): Record<string, StreamValue> {
  return item as Record<string, StreamValue>;
}
