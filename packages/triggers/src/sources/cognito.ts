import { envelope, isRecord } from "@throughline/payloads";
import type { Place } from "@throughline/propagation";
import type { Trigger } from "../trigger.ts";
import { bears } from "./shared/marks.ts";

/** What is read of a user pool's or an identity pool's event. */
export interface CognitoEvent {
  readonly request?: unknown;
}

/**
 * A user pool of Cognito asks at some step of a user's way in, or an identity pool has synchronised data.
 *
 * What the application gave as `ClientMetadata` arrives as `validationData` before a user is known, afterwards under its own name.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
export const cognito: Trigger<CognitoEvent> = {
  name: "cognito",
  kind: "other",
  match: (event): event is CognitoEvent =>
    bears(event, "triggerSource")
      ? typeof event.triggerSource === "string" && typeof event.userPoolId === "string"
      : bears(event, "identityPoolId") && event.eventType === "SyncTrigger",
  messages: ({ request }) => [{ places: () => (isRecord(request) ? placesOf(request) : []) }],
  attributes: () => ({}),
};

function placesOf({ clientMetadata, validationData }: Record<string, unknown>): Place[] {
  return [
    ...envelope.extract(clientMetadata, "request.clientMetadata"),
    ...envelope.extract(validationData, "request.validationData"),
  ];
}
