import { isRecord } from "@throughline/payloads";

/** Whether it is an EventBridge event. */
export function isBusEvent(event: unknown): event is Record<string, unknown> {
  return (
    isRecord(event) &&
    typeof event["detail-type"] === "string" &&
    typeof event.source === "string" &&
    "detail" in event
  );
}

/** Whether an EventBridge event is a schedule's: a scheduled rule's, or EventBridge Scheduler's own. */
export function isTick(event: Record<string, unknown>): boolean {
  return (
    event["detail-type"] === "Scheduled Event" &&
    (event.source === "aws.events" || event.source === "aws.scheduler")
  );
}
