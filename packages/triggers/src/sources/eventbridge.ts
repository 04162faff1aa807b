import { envelope } from "@throughline/payloads";
import type { EventBridgeEvent } from "aws-lambda";
import * as semconv from "../semconv.ts";
import type { Trigger } from "../trigger.ts";
import { present, text } from "./shared/attributes.ts";
import { isBusEvent } from "./shared/message-places.ts";
import { processing, processSpanName } from "./shared/messaging.ts";
import { telltale } from "./shared/telltale.ts";

/**
 * An event from an EventBridge bus. A schedule's tick has the same form, and is a timer.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
 */
export const eventbridge: Trigger<EventBridgeEvent<string, unknown>> = {
  name: "eventbridge",
  kind: "pubsub",
  match: (event): event is EventBridgeEvent<string, unknown> =>
    telltale(event) === "detail-type" && isBusEvent(event) && !isTick(event),
  messages: (event) => [
    {
      id: text(event.id),
      places: () => envelope.extract(event.detail, "detail"),
      attributes: present({ [semconv.MESSAGING_MESSAGE_ID]: text(event.id) }),
    },
  ],
  // The event does not name its bus; its type is what a reader knows it by.
  spanName: (event) => processSpanName(event["detail-type"]),
  // The registry has no value for EventBridge; this follows those it has for other AWS services.
  attributes: (event) => processing("aws.eventbridge", { [semconv.MESSAGING_MESSAGE_ID]: text(event.id) }),
};

function isTick(event: Record<string, unknown>): boolean {
  return event.source === "aws.events" && event["detail-type"] === "Scheduled Event";
}
