import { headers } from "@throughline/propagation";
import type { Trigger } from "../trigger.ts";
import { passOn } from "./shared/authorizer-answer.ts";
import { httpAttributes, toRoute } from "./shared/http.ts";
import { bears } from "./shared/marks.ts";
import { percentEncode, queryString } from "./shared/query.ts";
import { isAuthorizerEvent, isRequestEvent, senderOf } from "./shared/request-context.ts";

/** What is read of a request that an authorizer is to judge. One of type `TOKEN` has nothing but its ARN and the token. */
export interface AuthorizerEvent {
  readonly type?: unknown;
  readonly methodArn?: unknown;
  readonly routeArn?: unknown;
  readonly headers?: unknown;
  readonly multiValueHeaders?: unknown;
  readonly httpMethod?: unknown;
  readonly path?: unknown;
  readonly rawPath?: unknown;
  readonly rawQueryString?: unknown;
  readonly resource?: unknown;
  readonly routeKey?: unknown;
  readonly queryStringParameters?: unknown;
  readonly multiValueQueryStringParameters?: unknown;
  readonly requestContext?: object | undefined;
}

/**
 * A REST or HTTP API asks whether a request may pass. That request is judged, not answered, so its route names no span here.
 *
 * The authorizer of a WebSocket API is asked with the connection's event, which is `api-gateway-websocket`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
 */
export const apiGatewayAuthorizer: Trigger<AuthorizerEvent> = {
  name: "api-gateway-authorizer",
  kind: "http",
  match: (event): event is AuthorizerEvent => {
    if (!isRequestEvent(event)) return bears(event, "methodArn") && event.type === "TOKEN";
    const sender = senderOf(event);
    return (sender === "rest" || sender === "payload-2") && isAuthorizerEvent(event);
  },
  messages: (event) => [{ places: () => [{ at: "headers", carrier: headersOf(event) }] }],
  attributes(event) {
    const { identity = {}, http = {}, domainName, protocol } = (event.requestContext ?? {}) as Context;
    const header = headersOf(event);
    const judged = fromArn(event.methodArn ?? event.routeArn);
    return httpAttributes({
      method: event.httpMethod ?? http?.method ?? judged?.method,
      path: event.path ?? event.rawPath ?? http?.path ?? judged?.path,
      query:
        event.rawQueryString ??
        queryString([event.multiValueQueryStringParameters, event.queryStringParameters], percentEncode),
      scheme: "https",
      route: toRoute(event.resource) ?? toRoute(String(event.routeKey ?? "").replace(/^[A-Z]+ /, "")),
      host: domainName ?? header("host"),
      port: header("x-forwarded-port"),
      client: identity?.sourceIp ?? http?.sourceIp,
      userAgent: identity?.userAgent ?? http?.userAgent ?? header("user-agent"),
      protocol: protocol ?? http?.protocol,
    });
  },
  passOn: (answer, { requestContext }, carried) =>
    passOn(answer, (requestContext as Context | undefined)?.requestId, carried),
};

type Fields = Readonly<Record<string, unknown>> | undefined | null;

interface Context {
  readonly identity?: Fields;
  readonly http?: Fields;
  readonly domainName?: unknown;
  readonly protocol?: unknown;
  readonly requestId?: unknown;
}

function headersOf({ multiValueHeaders, headers: single }: AuthorizerEvent) {
  return headers(multiValueHeaders, single);
}

/** `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{method}/{path}`: all that a token authorizer is told of the request. */
function fromArn(arn: unknown): { readonly method: string | undefined; readonly path: string } | undefined {
  if (typeof arn !== "string") return undefined;
  const [, , method, ...path] = arn.split("/");
  return method ? { method, path: `/${path.join("/")}` } : undefined;
}
