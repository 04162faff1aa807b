import { isRecord } from "@throughline/payloads";
import type { Trigger } from "../trigger.ts";
import { isAuthorizerEvent, isRequestEvent, type RequestEvent } from "./shared/request-context.ts";

/**
 * The result of another function's asynchronous invocation, delivered by Lambda. What started that one is linked: it came to
 * its own end.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export const lambdaDestination: Trigger<RequestEvent> = {
  name: "lambda-destination",
  kind: "other",
  match: (event): event is RequestEvent =>
    isRequestEvent(event) &&
    "requestPayload" in event &&
    typeof event.requestContext.condition === "string" &&
    typeof event.requestContext.functionArn === "string" &&
    !isAuthorizerEvent(event),
  messages: () => [],
  inner: ({ requestPayload }) =>
    isRecord(requestPayload) || Array.isArray(requestPayload)
      ? { at: "requestPayload", event: requestPayload, linked: true }
      : undefined,
  attributes: () => ({}),
};
