import { isRecord } from "@throughline/payloads";
import { byteHeaders } from "@throughline/propagation";
import type { MSKEvent, MSKRecord, SelfManagedKafkaEvent } from "aws-lambda";
import * as semconv from "../semconv.ts";
import type { Attributes, Message, Trigger } from "../trigger.ts";
import { present, text } from "./shared/attributes.ts";
import { failedIds } from "./shared/batch-failures.ts";
import { bears } from "./shared/marks.ts";
import { common, processing, processSpanName, sole } from "./shared/messaging.ts";
import { isBatchOf } from "./shared/records.ts";

type Event = MSKEvent | SelfManagedKafkaEvent | MSKRecord[];

const SOURCES = ["aws:kafka", "SelfManagedKafka"];

/**
 * Records of a Kafka cluster, Amazon's or one's own, from one or several topics and partitions.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kafka.html
 */
export const kafka: Trigger<Event> = {
  name: "kafka",
  kind: "pubsub",
  batch: true,
  match: (event): event is Event =>
    Array.isArray(event)
      ? isBatchOf(event, ...SOURCES)
      : bears(event, "eventSource") &&
        isRecord(event) &&
        SOURCES.includes(event.eventSource as string) &&
        isRecord(event.records),
  messages: (event) => {
    const records = recordsOf(event);
    const mixed = common(records.map(topicOf)) === undefined;
    return records.map((record) => toMessage(record, mixed));
  },
  spanName: (event) => processSpanName(common(recordsOf(event).map(topicOf))),
  attributes(event) {
    const records = recordsOf(event);
    return processing("kafka", {
      [semconv.MESSAGING_DESTINATION_NAME]: common(records.map(topicOf)),
      [semconv.MESSAGING_DESTINATION_PARTITION_ID]: common(records.map(partitionOf)),
      [semconv.MESSAGING_BATCH_MESSAGE_COUNT]: records.length,
      [semconv.KAFKA_OFFSET]: sole(records.map(offsetOf)),
    });
  },
  outcome: (result, event) => ({ failed: failedIds(result, recordsOf(event).map(idOf), toId) }),
};

function toMessage(record: MSKRecord, mixed: boolean): Message {
  return {
    id: idOf(record),
    places: () => [{ at: "headers", carrier: byteHeaders(record?.headers) }],
    attributes: attributesOf(record, mixed),
  };
}

function attributesOf(record: MSKRecord, mixed: boolean): Attributes {
  return present({
    [semconv.MESSAGING_DESTINATION_NAME]: mixed ? topicOf(record) : undefined,
    [semconv.MESSAGING_DESTINATION_PARTITION_ID]: partitionOf(record),
    [semconv.KAFKA_OFFSET]: offsetOf(record),
    [semconv.KAFKA_MESSAGE_TOMBSTONE]: record?.value === null ? true : undefined,
  });
}

/** The records of all partitions, which an event lists under `{topic}-{partition}`. */
function recordsOf(event: Event): readonly MSKRecord[] {
  return Array.isArray(event) ? event : Object.values(event.records).filter(Array.isArray).flat();
}

/** `{topic}-{partition}-{offset}`. */
function idOf(record: MSKRecord): string | undefined {
  const [topic, partition, offset] = [topicOf(record), partitionOf(record), offsetOf(record)];
  return topic === undefined || partition === undefined || offset === undefined
    ? undefined
    : `${topic}-${partition}-${offset}`;
}

/** A partial batch response names a record by its partition, as the event spells it, and its offset. */
function toId(identifier: unknown): unknown {
  if (!isRecord(identifier)) return identifier;
  const { partition = identifier["topic-partition"], topic, offset } = identifier;
  return typeof topic === "string" ? `${topic}-${partition}-${offset}` : `${partition}-${offset}`;
}

function topicOf(record: MSKRecord): string | undefined {
  return text(record?.topic);
}

function partitionOf(record: MSKRecord): string | undefined {
  return typeof record?.partition === "number" ? String(record.partition) : undefined;
}

function offsetOf(record: MSKRecord): number | undefined {
  return typeof record?.offset === "number" ? record.offset : undefined;
}
