import { headers } from "@throughline/propagation";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Attributes, Message, Outcome } from "../../trigger.ts";
import { httpAttributes, httpPlaces, toStatusCode } from "./http.ts";
import { isAuthorizerEvent, isRequestEvent } from "./request-context.ts";

/**
 * Payload format 2.0, which HTTP APIs and function URLs share.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function isV2(event: unknown): event is APIGatewayProxyEventV2 {
  return (
    isRequestEvent(event) &&
    event.version === "2.0" &&
    typeof event.requestContext.http === "object" &&
    event.requestContext.http !== null &&
    event.requestContext.elb === undefined &&
    !isAuthorizerEvent(event)
  );
}

/** Whether its host is a function's own. */
export function isFunctionUrl({ requestContext: { domainName } }: APIGatewayProxyEventV2): boolean {
  return typeof domainName === "string" && domainName.includes(".lambda-url.");
}

export function v2Messages(event: APIGatewayProxyEventV2): Message[] {
  return [{ places: () => httpPlaces(headers(event.headers)) }];
}

export function v2Attributes(event: APIGatewayProxyEventV2, route?: string): Attributes {
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
