import type { KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";
import { ACCOUNT_ID } from "../events/events.ts";
import { type Polling, startPolling } from "./polling.ts";
import { type RecordBatches, startRecordBatches } from "./record-batches.ts";

export interface StreamMappingOptions {
  /** The SDK's `Kinesis`, which is a `KinesisClient` too. Stand-ins speak HTTP/1: give it a `NodeHttpHandler`. */
  readonly kinesis: StreamReader;
  readonly streamName: string;
  readonly streamArn: string;
  /** Runs the function, for the records of one shard at a time. */
  readonly invoke: (event: KinesisStreamEvent) => Promise<unknown>;
  /** The most records per invocation; default 100. */
  readonly batchSize?: number | undefined;
  /** How often what failed is given again; default 2. AWS goes on until the records expire. */
  readonly retries?: number | undefined;
  /** Milliseconds between looks; default 100. */
  readonly interval?: number | undefined;
}

/** The part of the SDK's `Kinesis` that is needed. */
export interface StreamReader {
  describeStream(request: { readonly StreamName: string }): Promise<{
    readonly StreamDescription?:
      | { readonly Shards?: readonly { readonly ShardId?: string | undefined }[] | undefined }
      | undefined;
  }>;
  getShardIterator(request: {
    readonly StreamName: string;
    readonly ShardId: string;
    readonly ShardIteratorType: "TRIM_HORIZON";
  }): Promise<{ readonly ShardIterator?: string | undefined }>;
  getRecords(request: { readonly ShardIterator: string; readonly Limit: number }): Promise<{
    readonly Records?: readonly ReadRecord[] | undefined;
    readonly NextShardIterator?: string | undefined;
  }>;
}

interface ReadRecord {
  readonly Data?: Uint8Array | undefined;
  readonly PartitionKey?: string | undefined;
  readonly SequenceNumber?: string | undefined;
  readonly ApproximateArrivalTimestamp?: Date | undefined;
}

export interface StreamMapping extends Polling, Pick<RecordBatches<KinesisStreamRecord>, "batches"> {}

/**
 * Drives a function by a stream's records, from the oldest on, as Lambda's mapping does.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 *
 * @example
 * const kinesis = new Kinesis({ endpoint, requestHandler: new NodeHttpHandler() });
 * const mapping = startStreamMapping({ kinesis, streamName, streamArn, invoke: count.invoke });
 */
export function startStreamMapping(options: StreamMappingOptions): StreamMapping {
  const { kinesis, streamName, streamArn, invoke, batchSize = 100, retries = 2, interval = 100 } = options;
  const { batches, deliver } = startRecordBatches<KinesisStreamRecord>({
    invoke,
    sequenceNumber: (record) => record.kinesis.sequenceNumber,
    retries,
  });
  const iterators = new Map<string, string | undefined>();

  const begin = async (ShardId: string): Promise<string | undefined> => {
    const request = { StreamName: streamName, ShardId, ShardIteratorType: "TRIM_HORIZON" as const };
    return (await kinesis.getShardIterator(request)).ShardIterator;
  };

  const read = async (shardId: string): Promise<void> => {
    if (!iterators.has(shardId)) iterators.set(shardId, await begin(shardId));
    // A shard that was closed and read to its end has none any more.
    for (let iterator = iterators.get(shardId); iterator !== undefined; ) {
      const { Records = [], NextShardIterator } = await kinesis.getRecords({
        ShardIterator: iterator,
        Limit: batchSize,
      });
      iterators.set(shardId, NextShardIterator);
      if (Records.length === 0) return;
      await deliver(Records.map((record) => toRecord(record, shardId, streamArn)));
      iterator = NextShardIterator;
    }
  };

  const look = async (): Promise<void> => {
    const { StreamDescription } = await kinesis.describeStream({ StreamName: streamName });
    for (const { ShardId = "" } of StreamDescription?.Shards ?? []) await read(ShardId);
  };
  return { ...startPolling(look, interval), batches };
}

function toRecord(record: ReadRecord, shardId: string, streamArn: string): KinesisStreamRecord {
  const { Data = new Uint8Array(), PartitionKey = "", SequenceNumber = "" } = record;
  const { ApproximateArrivalTimestamp = new Date() } = record;
  return {
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey: PartitionKey,
      sequenceNumber: SequenceNumber,
      data: Buffer.from(Data).toString("base64"),
      approximateArrivalTimestamp: ApproximateArrivalTimestamp.getTime() / 1000,
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `${shardId}:${SequenceNumber}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: `arn:aws:iam::${ACCOUNT_ID}:role/mapping`,
    awsRegion: streamArn.split(":")[3] ?? "",
    eventSourceARN: streamArn,
  };
}
