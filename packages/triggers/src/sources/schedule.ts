import * as semconv from "../semconv.ts";
import type { Trigger } from "../trigger.ts";
import { present, text } from "./shared/attributes.ts";
import { isBusEvent, isTick } from "./shared/bus-event.ts";
import { bears } from "./shared/marks.ts";

/** What is read of a schedule's tick. */
export interface ScheduleEvent {
  readonly time?: unknown;
}

/**
 * A scheduled rule of EventBridge, or a schedule of EventBridge Scheduler that was given no input. It starts a trace.
 *
 * The event does not say how the schedule is written. A schedule with an input of its own sends that and nothing else: such an
 * event is what it looks like.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
 */
export const schedule: Trigger<ScheduleEvent> = {
  name: "schedule",
  kind: "timer",
  match: (event): event is ScheduleEvent => bears(event, "detail-type") && isBusEvent(event) && isTick(event),
  messages: () => [{ places: () => [] }],
  attributes: ({ time }) => present({ [semconv.FAAS_INVOCATION_START_TIME]: text(time) }),
};
