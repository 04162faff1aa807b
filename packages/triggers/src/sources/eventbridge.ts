import { envelope } from "@throughline/payloads";
import * as semconv from "../semconv.ts";
import type { Trigger } from "../trigger.ts";
import { present, text } from "./shared/attributes.ts";
import { isBusEvent, isTick } from "./shared/bus-event.ts";
import { bears } from "./shared/marks.ts";
import { processing, processSpanName } from "./shared/messaging.ts";
import { payloadPointers } from "./shared/written.ts";

/** What is read of a bus's event. */
export interface BusEvent {
  readonly id?: unknown;
  readonly "detail-type": string;
  readonly detail?: unknown;
}

/**
 * An event from an EventBridge bus. A schedule's tick has the same form, and is a `schedule`.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
 */
export const eventbridge: Trigger<BusEvent> = {
  name: "eventbridge",
  kind: "pubsub",
  match: (event): event is BusEvent => bears(event, "detail-type") && isBusEvent(event) && !isTick(event),
  messages: (event) => [
    {
      id: text(event.id),
      places: () => envelope.extract(event.detail, "detail"),
      pointers: () => payloadPointers(event),
      attributes: present({ [semconv.MESSAGING_MESSAGE_ID]: text(event.id) }),
    },
  ],
  // The event does not name its bus; its type is what a reader knows it by.
  spanName: (event) => processSpanName(event["detail-type"]),
  // The registry has no value for EventBridge; this follows those it has for other AWS services.
  attributes: (event) => processing("aws.eventbridge", { [semconv.MESSAGING_MESSAGE_ID]: text(event.id) }),
};
