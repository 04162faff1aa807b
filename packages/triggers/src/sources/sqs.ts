import { isRecord } from "@throughline/payloads";
import { headers, type Place } from "@throughline/propagation";
import * as semconv from "../semconv.ts";
import type { Message, Trigger } from "../trigger.ts";
import { resourceName } from "./shared/arn.ts";
import { present, text } from "./shared/attributes.ts";
import { attributePlaces, textPlaces } from "./shared/message-places.ts";
import { common, processing, processSpanName, sole } from "./shared/messaging.ts";
import { firstRecord } from "./shared/records.ts";

/** What is read of a batch of messages. */
export interface SQSEvent {
  readonly Records: readonly SQSRecord[];
}

interface SQSRecord {
  readonly messageId?: unknown;
  readonly body?: unknown;
  readonly attributes?: { readonly AWSTraceHeader?: unknown } | undefined;
  readonly messageAttributes?: unknown;
  readonly eventSourceARN?: unknown;
}

/**
 * A batch of messages from an SQS queue.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export const sqs: Trigger<SQSEvent> = {
  name: "sqs",
  kind: "pubsub",
  batch: true,
  match: (event): event is SQSEvent => firstRecord(event)?.eventSource === "aws:sqs",
  messages: (event) => {
    const mixed = queueOf(event) === undefined;
    return event.Records.map((record) => toMessage(record, mixed));
  },
  spanName: (event) => processSpanName(queueOf(event)),
  attributes: (event) =>
    processing("aws.sqs", {
      [semconv.MESSAGING_DESTINATION_NAME]: queueOf(event),
      [semconv.MESSAGING_BATCH_MESSAGE_COUNT]: event.Records.length,
      [semconv.MESSAGING_MESSAGE_ID]: sole(event.Records.map(idOf)),
    }),
  outcome: (result, event) => ({ failed: failedIds(result, event.Records.map(idOf)) }),
};

function toMessage(record: SQSRecord, mixed: boolean): Message {
  return {
    id: idOf(record),
    places: () => placesOf(record),
    attributes: present({
      [semconv.MESSAGING_MESSAGE_ID]: idOf(record),
      [semconv.MESSAGING_DESTINATION_NAME]: mixed ? resourceName(record?.eventSourceARN) : undefined,
    }),
  };
}

function* placesOf(record: SQSRecord): Generator<Place> {
  yield* attributePlaces(record?.messageAttributes, "messageAttributes");
  yield* textPlaces(record?.body, "body");
  // SQS's own header comes last: services on the way set it too, and nearer spans write the places above.
  yield {
    at: "attributes.AWSTraceHeader",
    carrier: headers({ "x-amzn-trace-id": record?.attributes?.AWSTraceHeader }),
  };
}

/** The queue that all messages come from. */
function queueOf(event: SQSEvent): string | undefined {
  return common(event.Records.map((record) => resourceName(record?.eventSourceARN)));
}

function idOf(record: SQSRecord): string | undefined {
  return text(record?.messageId);
}

/**
 * The messages that a partial batch response reports as failed. An item that names none of them fails the whole batch.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
function failedIds(result: unknown, ids: readonly (string | undefined)[]): string[] {
  const items = isRecord(result) && Array.isArray(result.batchItemFailures) ? result.batchItemFailures : [];
  const known = new Set(ids.filter((id) => id !== undefined));
  const failed: string[] = [];
  for (const item of items) {
    const id = isRecord(item) ? item.itemIdentifier : undefined;
    if (typeof id !== "string" || !known.has(id)) return [...known];
    failed.push(id);
  }
  return failed;
}
