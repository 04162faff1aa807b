import { isRecord } from "@throughline/payloads";
import type { Trigger } from "../trigger.ts";
import { bears } from "./shared/marks.ts";

/**
 * A skill of Alexa: what somebody said, or a directive for a device of the smart home. Neither has a place for a context.
 *
 * @see https://developer.amazon.com/en-US/docs/alexa/custom-skills/request-and-response-json-reference.html
 */
export const alexa: Trigger<object> = {
  name: "alexa",
  kind: "other",
  match: (event): event is object => isSkill(event) || isSmartHome(event),
  messages: () => [{ places: () => [] }],
  attributes: () => ({}),
};

function isSkill(event: unknown): boolean {
  return (
    bears(event, "context") &&
    isRecord(event.context) &&
    isRecord(event.context.System) &&
    isRecord(event.request) &&
    typeof event.request.type === "string"
  );
}

function isSmartHome(event: unknown): boolean {
  return (
    bears(event, "directive") &&
    isRecord(event.directive) &&
    isRecord(event.directive.header) &&
    typeof event.directive.header.messageId === "string"
  );
}
