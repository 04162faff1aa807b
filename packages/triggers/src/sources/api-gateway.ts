import { headers } from "@throughline/propagation";
import type { APIGatewayProxyEvent } from "aws-lambda";
import type { Trigger } from "../trigger.ts";
import { httpAttributes, httpPlaces, httpSpanName, toRoute, toStatusCode } from "./shared/http.ts";
import { percentEncode, queryString } from "./shared/query.ts";
import { isAuthorizerEvent, isRequestEvent } from "./shared/request-context.ts";

/**
 * A REST API of API Gateway, or an HTTP API with payload format 1.0.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export const apiGateway: Trigger<APIGatewayProxyEvent> = {
  name: "api-gateway",
  kind: "http",
  match: (event): event is APIGatewayProxyEvent =>
    isRequestEvent(event) &&
    event.version !== "2.0" &&
    typeof event.httpMethod === "string" &&
    typeof event.resource === "string" &&
    event.requestContext.stage !== undefined &&
    event.requestContext.elb === undefined &&
    !isAuthorizerEvent(event),
  messages: (event) => [{ places: () => httpPlaces(headersOf(event)) }],
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
      client: identity?.sourceIp,
      userAgent: identity?.userAgent ?? header("user-agent"),
      protocol,
    });
  },
  outcome(result, event) {
    const { statusCode } = Object(result) as { readonly statusCode?: unknown };
    return { statusCode: toStatusCode(statusCode) ?? malformed(event) };
  },
};

function headersOf({ multiValueHeaders, headers: single }: APIGatewayProxyEvent) {
  return headers(multiValueHeaders, single);
}

/** What the client gets for a result without a valid status code: HTTP APIs have another answer than REST APIs. */
function malformed(event: APIGatewayProxyEvent): number {
  return "version" in event ? 500 : 502;
}
