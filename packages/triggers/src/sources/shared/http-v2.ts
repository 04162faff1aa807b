import { isRecord } from "@throughline/payloads";
import { headers, type Place } from "@throughline/propagation";
import type { Attributes, Message, Outcome } from "../../trigger.ts";
import { authorizerPlaces } from "./authorizer-context.ts";
import { httpAttributes, httpPlaces, toStatusCode } from "./http.ts";
import { isAuthorizerEvent, isRequestEvent, senderOf } from "./request-context.ts";

/** What is read of an event in payload format 2.0. */
export interface PayloadV2 {
  readonly routeKey?: unknown;
  readonly rawPath?: unknown;
  readonly rawQueryString?: unknown;
  readonly headers?: unknown;
  readonly requestContext: {
    readonly requestId?: unknown;
    readonly domainName?: unknown;
    readonly authorizer?: unknown;
    readonly http: {
      readonly method?: unknown;
      readonly path?: unknown;
      readonly protocol?: unknown;
      readonly sourceIp?: unknown;
      readonly userAgent?: unknown;
    };
  };
}

/**
 * Payload format 2.0, which HTTP APIs and function URLs share.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function isV2(event: unknown): event is PayloadV2 {
  return isRequestEvent(event) && senderOf(event) === "payload-2" && !isAuthorizerEvent(event);
}

/** Whether its host is a function's own. */
export function isFunctionUrl({ requestContext: { domainName } }: PayloadV2): boolean {
  return typeof domainName === "string" && domainName.includes(".lambda-url.");
}

export function v2Messages(event: PayloadV2): Message[] {
  return [{ places: () => placesOf(event) }];
}

function* placesOf(event: PayloadV2): Generator<Place> {
  const { authorizer, requestId } = event.requestContext;
  // A function's URL knows no Lambda authorizer, and then there is nothing here.
  if (isRecord(authorizer)) {
    yield* authorizerPlaces(authorizer.lambda, requestId, "requestContext.authorizer.lambda");
  }
  yield* httpPlaces(headers(event.headers));
}

export function v2Attributes(event: PayloadV2, route?: string): Attributes {
  const { http, domainName } = event.requestContext;
  const header = headers(event.headers);
  return httpAttributes({
    method: http.method,
    path: event.rawPath ?? http.path,
    query: event.rawQueryString,
    scheme: "https",
    route,
    host: domainName ?? header("host"),
    port: header("x-forwarded-port"),
    client: http.sourceIp,
    userAgent: http.userAgent ?? header("user-agent"),
    protocol: http.protocol,
  });
}

/** A result without a status code is the body of a 200; a status code that is none is refused with `malformed`. */
export function v2Outcome(result: unknown, malformed: number): Outcome {
  const { statusCode } = Object(result) as { readonly statusCode?: unknown };
  if (statusCode === undefined || statusCode === null) return { statusCode: 200 };
  return { statusCode: toStatusCode(statusCode) ?? malformed };
}
