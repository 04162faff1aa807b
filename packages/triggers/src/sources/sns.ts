import { messageAttributes } from "@throughline/payloads";
import type { Place } from "@throughline/propagation";
import * as semconv from "../semconv.ts";
import type { Message, Trigger } from "../trigger.ts";
import { resourceName } from "./shared/arn.ts";
import { present, text } from "./shared/attributes.ts";
import { type MessageText, messageText } from "./shared/message-text.ts";
import { common, processing, processSpanName, sole } from "./shared/messaging.ts";
import { firstRecord } from "./shared/records.ts";

/** What is read of a topic's notification. */
export interface SNSEvent {
  readonly Records: readonly SNSEventRecord[];
}

interface SNSEventRecord {
  readonly Sns?: {
    readonly MessageId?: unknown;
    readonly Message?: unknown;
    readonly MessageAttributes?: unknown;
    readonly TopicArn?: unknown;
  };
}

/**
 * A notification of an SNS topic. It comes in a list, of one.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
 */
export const sns: Trigger<SNSEvent> = {
  name: "sns",
  kind: "pubsub",
  batch: true,
  match: (event): event is SNSEvent => {
    const { EventSource, eventSource } = firstRecord(event) ?? {};
    return EventSource === "aws:sns" && eventSource === undefined; // Other services spell it in camel case.
  },
  messages: (event) => event.Records.map(toMessage),
  spanName: (event) => processSpanName(resourceName(topicOf(event))),
  attributes: (event) =>
    processing("aws.sns", {
      [semconv.MESSAGING_DESTINATION_NAME]: resourceName(topicOf(event)),
      [semconv.AWS_SNS_TOPIC_ARN]: topicOf(event),
      [semconv.MESSAGING_MESSAGE_ID]: sole(event.Records.map(idOf)),
    }),
};

function toMessage(record: SNSEventRecord): Message {
  const message = messageText(() => record?.Sns?.Message, "Sns.Message");
  return {
    id: idOf(record),
    places: () => placesOf(record, message),
    pointers: message.pointers,
    attributes: present({ [semconv.MESSAGING_MESSAGE_ID]: idOf(record) }),
  };
}

function* placesOf(record: SNSEventRecord, message: MessageText): Generator<Place> {
  yield* messageAttributes.extract(record?.Sns?.MessageAttributes, "Sns.MessageAttributes");
  yield* message.places();
}

/** The topic that all notifications come from. */
function topicOf(event: SNSEvent): string | undefined {
  return common(event.Records.map((record) => text(record?.Sns?.TopicArn)));
}

function idOf(record: SNSEventRecord): string | undefined {
  return text(record?.Sns?.MessageId);
}
