import { envelope, isRecord } from "@throughline/payloads";
import type { Trigger } from "../trigger.ts";
import { bears } from "./shared/marks.ts";

/** What is read of a bot's event, in version 1 or 2. */
export interface LexEvent {
  readonly requestAttributes?: unknown;
  /** Version 2. */
  readonly sessionState?: { readonly sessionAttributes?: unknown } | null | undefined;
  /** Version 1. */
  readonly sessionAttributes?: unknown;
}

/**
 * A bot of Lex, version 1 or 2. The attributes of the request are nearer than the session's, which outlive a turn.
 *
 * @see https://docs.aws.amazon.com/lexv2/latest/dg/lambda-input-format.html
 */
export const lex: Trigger<LexEvent> = {
  name: "lex",
  kind: "other",
  match: (event): event is LexEvent =>
    bears(event, "bot") &&
    typeof event.invocationSource === "string" &&
    (isRecord(event.sessionState) || isRecord(event.currentIntent)),
  messages: ({ requestAttributes, sessionState, sessionAttributes }) => [
    {
      places: () => [
        ...envelope.extract(requestAttributes, "requestAttributes"),
        ...envelope.extract(sessionState?.sessionAttributes, "sessionState.sessionAttributes"),
        ...envelope.extract(sessionAttributes, "sessionAttributes"),
      ],
    },
  ],
  attributes: () => ({}),
};
