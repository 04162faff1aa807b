import { isRecord } from "@throughline/payloads";
import type { FirehoseTransformationEvent, FirehoseTransformationEventRecord } from "aws-lambda";
import * as semconv from "../semconv.ts";
import type { Message, Trigger } from "../trigger.ts";
import { resourceName } from "./shared/arn.ts";
import { present, text } from "./shared/attributes.ts";
import { dataText } from "./shared/data-text.ts";
import { bears } from "./shared/marks.ts";
import { processing, processSpanName, sole } from "./shared/messaging.ts";

/**
 * Records that a Firehose stream has transformed before it delivers them. Records have no headers: a context is in their JSON.
 *
 * @see https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
 */
export const firehose: Trigger<FirehoseTransformationEvent> = {
  name: "firehose",
  kind: "pubsub",
  batch: true,
  match: (event): event is FirehoseTransformationEvent =>
    bears(event, "deliveryStreamArn") && isRecord(event) && Array.isArray(event.records),
  messages: (event) => event.records.map(toMessage),
  spanName: (event) => processSpanName(streamOf(event)),
  attributes: (event) =>
    // The registry has no value for Firehose; this follows those it has for other AWS services.
    processing("aws.firehose", {
      [semconv.MESSAGING_DESTINATION_NAME]: streamOf(event),
      [semconv.MESSAGING_BATCH_MESSAGE_COUNT]: event.records.length,
      [semconv.MESSAGING_MESSAGE_ID]: sole(event.records.map(idOf)),
    }),
  outcome: (result) => ({ failed: failedRecords(result) }),
};

function toMessage(record: FirehoseTransformationEventRecord): Message {
  const { places, pointers } = dataText(() => record?.data, "data");
  return {
    id: idOf(record),
    places,
    pointers,
    attributes: present({ [semconv.MESSAGING_MESSAGE_ID]: idOf(record) }),
  };
}

/** `deliverystream/orders`. */
function streamOf({ deliveryStreamArn }: FirehoseTransformationEvent): string | undefined {
  return resourceName(deliveryStreamArn)?.split("/")[1];
}

function idOf(record: FirehoseTransformationEventRecord): string | undefined {
  return text(record?.recordId);
}

function failedRecords(result: unknown): string[] {
  const records = isRecord(result) && Array.isArray(result.records) ? result.records : [];
  return records
    .filter((record) => isRecord(record) && record.result === "ProcessingFailed")
    .map(({ recordId }) => text(recordId))
    .filter((id) => id !== undefined);
}
