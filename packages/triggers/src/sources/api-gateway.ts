import { isRecord } from "@throughline/payloads";
import { headers, type Place } from "@throughline/propagation";
import { httpSpanName } from "../http.ts";
import type { Trigger } from "../trigger.ts";
import { authorizerPlaces } from "./shared/authorizer-context.ts";
import { forwarded, httpAttributes, httpPlaces, toRoute, toStatusCode } from "./shared/http.ts";
import { percentEncode, queryString } from "./shared/query.ts";
import { isAuthorizerEvent, isRequestEvent, senderOf } from "./shared/request-context.ts";

/** What is read of a proxy event in payload format 1.0. */
export interface RestEvent {
  readonly version?: unknown;
  readonly resource?: unknown;
  readonly path?: unknown;
  readonly httpMethod: unknown;
  readonly headers?: unknown;
  readonly multiValueHeaders?: unknown;
  readonly queryStringParameters?: unknown;
  readonly multiValueQueryStringParameters?: unknown;
  readonly requestContext: {
    readonly requestId?: unknown;
    readonly domainName?: unknown;
    readonly protocol?: unknown;
    readonly identity?: { readonly sourceIp?: unknown; readonly userAgent?: unknown } | null | undefined;
    readonly authorizer?: unknown;
  };
}

/**
 * A REST API of API Gateway, by proxy or by mapping template, or an HTTP API with payload format 1.0.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export const apiGateway: Trigger<RestEvent> = {
  name: "api-gateway",
  kind: "http",
  match: (event): event is RestEvent =>
    isRequestEvent(event) &&
    senderOf(event) === "rest" &&
    typeof event.httpMethod === "string" &&
    event.requestContext.stage !== undefined &&
    (typeof event.resource === "string" || isMapped(event.resource, event.headers)) &&
    !isAuthorizerEvent(event),
  messages: (event) => [{ places: () => placesOf(event) }],
  spanName: (event) => httpSpanName(event.httpMethod, toRoute(event.resource)),
  attributes(event) {
    const { domainName, identity, protocol } = event.requestContext;
    const header = headersOf(event);
    return httpAttributes({
      method: event.httpMethod,
      path: event.path,
      query: queryString([event.multiValueQueryStringParameters, event.queryStringParameters], percentEncode),
      scheme: "https",
      route: toRoute(event.resource),
      host: domainName ?? header("host"),
      port: header("x-forwarded-port"),
      client: identity ? identity.sourceIp : forwarded(header).client,
      userAgent: identity?.userAgent ?? header("user-agent"),
      protocol,
    });
  },
  outcome(result, event) {
    const { statusCode } = Object(result) as { readonly statusCode?: unknown };
    // What becomes of a mapped integration's result is for the API's integration response to say.
    const refused = isMapped(event.resource, event.headers) ? undefined : malformed(event);
    return { statusCode: toStatusCode(statusCode) ?? refused };
  },
};

function* placesOf(event: RestEvent): Generator<Place> {
  const { authorizer, requestId } = event.requestContext;
  yield* authorizerPlaces(authorizer, requestId, "requestContext.authorizer");
  yield* httpPlaces(headersOf(event));
}

/**
 * Whether a mapping template made the event. Those that tracing vendors hand out pass on the method, the stage and the headers
 * that matter, with an empty text for each that the request did not have.
 */
function isMapped(resource: unknown, headers: unknown): boolean {
  return resource === undefined && isRecord(headers);
}

function headersOf({ multiValueHeaders, headers: single }: RestEvent) {
  return headers(multiValueHeaders, single);
}

/** What the client gets for a result without a valid status code: HTTP APIs have another answer than REST APIs. */
function malformed(event: RestEvent): number {
  return "version" in event ? 500 : 502;
}
