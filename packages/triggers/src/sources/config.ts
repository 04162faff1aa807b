import type { Trigger } from "../trigger.ts";
import { bears } from "./shared/marks.ts";

/**
 * A rule of AWS Config, which has no place for a context.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html
 */
export const config: Trigger<object> = {
  name: "config",
  kind: "other",
  match: (event): event is object =>
    bears(event, "invokingEvent") &&
    typeof event.invokingEvent === "string" &&
    typeof event.configRuleArn === "string",
  messages: () => [{ places: () => [] }],
  attributes: () => ({}),
};
