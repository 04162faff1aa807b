import { isRecord } from "@throughline/payloads";
import { headers } from "@throughline/propagation";
import type { ALBEvent } from "aws-lambda";
import { httpSpanName } from "../http.ts";
import type { Trigger } from "../trigger.ts";
import { forwarded, httpAttributes, httpPlaces, toStatusCode } from "./shared/http.ts";
import { queryString } from "./shared/query.ts";
import { isRequestEvent, senderOf } from "./shared/request-context.ts";

/**
 * An application load balancer. Its target group decides whether headers come single or multi-value, never both.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 */
export const alb: Trigger<ALBEvent> = {
  name: "alb",
  kind: "http",
  match: (event): event is ALBEvent =>
    isRequestEvent(event) && senderOf(event) === "balancer" && isRecord(event.requestContext.elb),
  messages: (event) => [{ places: () => httpPlaces(headersOf(event)) }],
  spanName: (event) => httpSpanName(event.httpMethod),
  attributes(event) {
    const header = headersOf(event);
    return httpAttributes({
      method: event.httpMethod,
      path: event.path,
      query: queryString([event.multiValueQueryStringParameters, event.queryStringParameters]),
      scheme: header("x-forwarded-proto") === "https" ? "https" : "http",
      ...forwarded(header),
    });
  },
  outcome: (result) => {
    const { statusCode } = Object(result) as { readonly statusCode?: unknown };
    return { statusCode: toStatusCode(statusCode) ?? 502 };
  },
};

function headersOf({ multiValueHeaders, headers: single }: ALBEvent) {
  return headers(multiValueHeaders, single);
}
