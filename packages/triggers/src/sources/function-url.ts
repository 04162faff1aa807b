import type { LambdaFunctionURLEvent } from "aws-lambda";
import type { Trigger } from "../trigger.ts";
import { httpSpanName } from "./shared/http.ts";
import { isFunctionUrl, isV2, v2Attributes, v2Messages, v2Outcome } from "./shared/http-v2.ts";

/**
 * A function's own URL. It has no routes.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
export const functionUrl: Trigger<LambdaFunctionURLEvent> = {
  name: "function-url",
  kind: "http",
  match: (event): event is LambdaFunctionURLEvent => isV2(event) && isFunctionUrl(event),
  messages: v2Messages,
  spanName: (event) => httpSpanName(event.requestContext.http.method),
  attributes: (event) => v2Attributes(event),
  outcome: (result) => v2Outcome(result, 502),
};
