import { isRecord } from "@throughline/payloads";
import type { Trigger } from "../trigger.ts";
import { bears } from "./shared/marks.ts";

/**
 * Log lines of a subscribed log group, of whichever traces. They are compressed, and are not unpacked to look.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html
 */
export const cloudwatchLogs: Trigger<object> = {
  name: "cloudwatch-logs",
  kind: "other",
  match: (event): event is object =>
    bears(event, "awslogs") && isRecord(event.awslogs) && typeof event.awslogs.data === "string",
  messages: () => [{ places: () => [] }],
  attributes: () => ({}),
};
