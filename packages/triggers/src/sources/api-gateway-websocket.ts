import { headers, type Place } from "@throughline/propagation";
import type { Trigger } from "../trigger.ts";
import { text } from "./shared/attributes.ts";
import { passOn } from "./shared/authorizer-answer.ts";
import { authorizerPlaces } from "./shared/authorizer-context.ts";
import { httpAttributes, toStatusCode } from "./shared/http.ts";
import { messageText } from "./shared/message-text.ts";
import { isAuthorizerEvent, isRequestEvent, senderOf } from "./shared/request-context.ts";

/** What is read of a WebSocket API's event. */
export interface WebSocketEvent {
  readonly headers?: unknown;
  readonly multiValueHeaders?: unknown;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
  readonly requestContext: {
    readonly eventType?: unknown;
    readonly routeKey?: unknown;
    readonly requestId?: unknown;
    readonly domainName?: unknown;
    readonly identity?: { readonly sourceIp?: unknown; readonly userAgent?: unknown } | null | undefined;
    readonly authorizer?: unknown;
  };
}

/**
 * A WebSocket API: a connection begins, brings a message or ends. Headers come with the first alone; what comes later can carry
 * a context in its body only. The authorizer of a connection is asked with the same event.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export const apiGatewayWebsocket: Trigger<WebSocketEvent> = {
  name: "api-gateway-websocket",
  kind: "http",
  match: (event): event is WebSocketEvent => isRequestEvent(event) && senderOf(event) === "websocket",
  messages: (event) => [{ places: () => placesOf(event) }],
  // The keys by which an API selects its routes are its own, and few.
  spanName: ({ requestContext }) => text(requestContext.routeKey),
  attributes(event) {
    const { eventType, domainName, identity } = event.requestContext;
    const header = headersOf(event);
    return httpAttributes({
      // RFC 6455, 4.1: a connection is asked for with GET. Messages have no method.
      method: eventType === "CONNECT" ? "GET" : undefined,
      path: undefined,
      query: undefined,
      scheme: "https",
      host: domainName ?? header("host"),
      port: header("x-forwarded-port"),
      client: identity?.sourceIp,
      userAgent: identity?.userAgent ?? header("user-agent"),
    });
  },
  outcome: (result) => {
    const { statusCode } = Object(result) as { readonly statusCode?: unknown };
    return { statusCode: toStatusCode(statusCode) };
  },
  passOn: (result, event, carried) =>
    isRequestEvent(event) && isAuthorizerEvent(event)
      ? passOn(result, event.requestContext.requestId, carried)
      : result,
};

function* placesOf(event: WebSocketEvent): Generator<Place> {
  const { eventType, authorizer, requestId } = event.requestContext;
  // The authorizer was asked once, for the connection; later messages still bring its answer.
  if (eventType === "CONNECT") yield* authorizerPlaces(authorizer, requestId, "requestContext.authorizer");
  if (event.headers || event.multiValueHeaders) yield { at: "headers", carrier: headersOf(event) };
  yield* messageText(() => bodyOf(event), "body").places();
}

function headersOf({ multiValueHeaders, headers: single }: WebSocketEvent) {
  return headers(multiValueHeaders, single);
}

function bodyOf({ body, isBase64Encoded }: WebSocketEvent): unknown {
  return isBase64Encoded === true && typeof body === "string"
    ? Buffer.from(body, "base64").toString("utf8")
    : body;
}
