import { envelope, isRecord } from "@throughline/payloads";
import type { Trigger } from "../trigger.ts";
import { bears } from "./shared/marks.ts";

/** What is read of an agent's event. */
export interface BedrockAgentEvent {
  readonly sessionAttributes?: unknown;
  readonly promptSessionAttributes?: unknown;
}

/**
 * An agent of Bedrock takes an action. The attributes of the prompt are nearer than the session's, which outlive a turn.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/agents-lambda.html
 */
export const bedrockAgent: Trigger<BedrockAgentEvent> = {
  name: "bedrock-agent",
  kind: "other",
  match: (event): event is BedrockAgentEvent =>
    bears(event, "actionGroup") && typeof event.actionGroup === "string" && isRecord(event.agent),
  messages: ({ promptSessionAttributes, sessionAttributes }) => [
    {
      places: () => [
        ...envelope.extract(promptSessionAttributes, "promptSessionAttributes"),
        ...envelope.extract(sessionAttributes, "sessionAttributes"),
      ],
    },
  ],
  // The conventions moved what they say of agents to a repository of its own, and deprecate the keys in theirs.
  attributes: () => ({}),
};
