import { httpSpanName } from "../http.ts";
import type { Trigger } from "../trigger.ts";
import {
  isFunctionUrl,
  isV2,
  type PayloadV2,
  v2Attributes,
  v2Messages,
  v2Outcome,
} from "./shared/http-v2.ts";

/**
 * A function's own URL. It has no routes.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
export const functionUrl: Trigger<PayloadV2> = {
  name: "function-url",
  kind: "http",
  match: (event): event is PayloadV2 => isV2(event) && isFunctionUrl(event),
  messages: v2Messages,
  spanName: (event) => httpSpanName(event.requestContext.http.method),
  attributes: (event) => v2Attributes(event),
  outcome: (result) => v2Outcome(result, 502),
};
