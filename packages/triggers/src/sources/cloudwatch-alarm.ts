import { isRecord } from "@throughline/payloads";
import type { Trigger } from "../trigger.ts";
import { bears } from "./shared/marks.ts";

/**
 * An alarm's action, which has no place for a context.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
 */
export const cloudwatchAlarm: Trigger<object> = {
  name: "cloudwatch-alarm",
  kind: "other",
  match: (event): event is object =>
    bears(event, "alarmData") && isRecord(event.alarmData) && typeof event.alarmArn === "string",
  messages: () => [{ places: () => [] }],
  attributes: () => ({}),
};
