import { messageAttributes } from "@throughline/payloads";
import { headers, type Place } from "@throughline/propagation";
import * as semconv from "../semconv.ts";
import type { Message, Trigger } from "../trigger.ts";
import { resourceName } from "./shared/arn.ts";
import { present, text } from "./shared/attributes.ts";
import { failedIds } from "./shared/batch-failures.ts";
import { type MessageText, messageText } from "./shared/message-text.ts";
import { common, processing, processSpanName, sole } from "./shared/messaging.ts";
import { type Batch, isBatchOf, recordsOf } from "./shared/records.ts";

/** What is read of a message. */
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
export const sqs: Trigger<Batch<SQSRecord>> = {
  name: "sqs",
  kind: "pubsub",
  batch: true,
  match: (event): event is Batch<SQSRecord> => isBatchOf(event, "aws:sqs"),
  messages: (event) => {
    const mixed = queueOf(event) === undefined;
    return recordsOf(event).map((record) => toMessage(record, mixed));
  },
  spanName: (event) => processSpanName(queueOf(event)),
  attributes: (event) =>
    processing("aws.sqs", {
      [semconv.MESSAGING_DESTINATION_NAME]: queueOf(event),
      [semconv.MESSAGING_BATCH_MESSAGE_COUNT]: recordsOf(event).length,
      [semconv.MESSAGING_MESSAGE_ID]: sole(recordsOf(event).map(idOf)),
    }),
  outcome: (result, event) => ({ failed: failedIds(result, recordsOf(event).map(idOf)) }),
};

function toMessage(record: SQSRecord, mixed: boolean): Message {
  const body = messageText(() => record?.body, "body");
  return {
    id: idOf(record),
    places: () => placesOf(record, body),
    pointers: body.pointers,
    attributes: present({
      [semconv.MESSAGING_MESSAGE_ID]: idOf(record),
      [semconv.MESSAGING_DESTINATION_NAME]: mixed ? resourceName(record?.eventSourceARN) : undefined,
    }),
  };
}

function* placesOf(record: SQSRecord, body: MessageText): Generator<Place> {
  yield* messageAttributes.extract(record?.messageAttributes, "messageAttributes");
  yield* body.places();
  // SQS's own header comes last: services on the way set it too, and nearer spans write the places above.
  yield {
    at: "attributes.AWSTraceHeader",
    carrier: headers({ "x-amzn-trace-id": record?.attributes?.AWSTraceHeader }),
  };
}

/** The queue that all messages come from. */
function queueOf(event: Batch<SQSRecord>): string | undefined {
  return common(recordsOf(event).map((record) => resourceName(record?.eventSourceARN)));
}

function idOf(record: SQSRecord): string | undefined {
  return text(record?.messageId);
}
