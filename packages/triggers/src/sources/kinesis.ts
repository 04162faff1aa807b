import { isRecord } from "@throughline/payloads";
import type { KinesisStreamRecord } from "aws-lambda";
import * as semconv from "../semconv.ts";
import type { Message, Trigger } from "../trigger.ts";
import { resourceName } from "./shared/arn.ts";
import { present, text } from "./shared/attributes.ts";
import { failedIds } from "./shared/batch-failures.ts";
import { dataText } from "./shared/data-text.ts";
import { common, processing, processSpanName, sole } from "./shared/messaging.ts";
import { type Batch, isBatchOf, recordsOf } from "./shared/records.ts";

/**
 * A batch of records from a Kinesis data stream, with or without a tumbling window. Records have no headers: a context is in
 * their JSON.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
export const kinesis: Trigger<Batch<KinesisStreamRecord>> = {
  name: "kinesis",
  kind: "pubsub",
  batch: true,
  match: (event): event is Batch<KinesisStreamRecord> => isBatchOf(event, "aws:kinesis"),
  messages: (event) => recordsOf(event).map((record) => toMessage(record, idOf(event, record))),
  spanName: (event) => processSpanName(streamOf(event)),
  attributes: (event) =>
    // The registry has no value for Kinesis; this follows those it has for other AWS services.
    processing("aws.kinesis", {
      [semconv.MESSAGING_DESTINATION_NAME]: streamOf(event),
      [semconv.AWS_KINESIS_STREAM_NAME]: streamOf(event),
      [semconv.MESSAGING_DESTINATION_PARTITION_ID]: common(recordsOf(event).map(shardOf)),
      [semconv.MESSAGING_BATCH_MESSAGE_COUNT]: recordsOf(event).length,
      [semconv.MESSAGING_MESSAGE_ID]: sole(recordsOf(event).map(sequenceNumber)),
    }),
  outcome: (result, event) => ({
    failed: failedIds(
      result,
      recordsOf(event).map((record) => idOf(event, record)),
    ),
  }),
};

function toMessage(record: KinesisStreamRecord, id: string | undefined): Message {
  const { places, pointers } = dataText(() => payloadOf(record).data, "kinesis.data");
  return {
    id,
    places,
    pointers,
    attributes: present({ [semconv.MESSAGING_MESSAGE_ID]: sequenceNumber(record) }),
  };
}

/** Pipes name a failed record by its event id, event source mappings by its sequence number. */
function idOf(event: Batch<KinesisStreamRecord>, record: KinesisStreamRecord): string | undefined {
  return Array.isArray(event) ? text(record?.eventID) : sequenceNumber(record);
}

/** Pipes put what Lambda has under `kinesis` into the record itself. */
function payloadOf(record: KinesisStreamRecord): Record<string, unknown> {
  const payload: unknown = record?.kinesis ?? record;
  return isRecord(payload) ? payload : {};
}

function sequenceNumber(record: KinesisStreamRecord): string | undefined {
  return text(payloadOf(record).sequenceNumber);
}

/** An event id is `shardId-000000000006:{sequence number}`. */
function shardOf(record: KinesisStreamRecord): string | undefined {
  return text(record?.eventID)?.split(":")[0];
}

/** The stream that all records come from: `stream/orders`, or `stream/orders/consumer/…`. */
function streamOf(event: Batch<KinesisStreamRecord>): string | undefined {
  return common(recordsOf(event).map((record) => resourceName(record?.eventSourceARN)?.split("/")[1]));
}
