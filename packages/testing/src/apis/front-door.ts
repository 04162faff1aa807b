import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { ACCOUNT_ID, REGION } from "../events/events.ts";
import { type LocalServer, readBody, startServer } from "../local-server.ts";
import { newTraceRoot } from "../trace-root.ts";
import {
  commonLogTime,
  type GatewayReply,
  HOP_BY_HOP,
  json,
  refusal,
  type SplitUrl,
  send,
  splitUrl,
  toBody,
} from "./gateway.ts";
import { authorizeHttpApi, type HttpApiAuthorizer } from "./http-api-authorizer.ts";
import { type MatchedRoute, matchRoute, parseRoute } from "./routes.ts";

export interface HttpApiOptions {
  /** Runs the function; what it rejects with becomes a 500. */
  readonly invoke: (event: APIGatewayProxyEventV2) => Promise<unknown>;
  /** Route keys as API Gateway spells them: `POST /orders/{id}`, `ANY /files/{path+}`, `$default`. */
  readonly routes: readonly string[];
  /** Asked before the function is. Default nobody. */
  readonly authorizer?: HttpApiAuthorizer | undefined;
  /** Default: a free one. */
  readonly port?: number | undefined;
}

const API_ID = "a1b2c3d4e5";
const DOMAIN = `${API_ID}.execute-api.${REGION}.amazonaws.com`;

/**
 * An API Gateway HTTP API in front of a function: real HTTP outside, payload format 2.0 inside.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 *
 * @example
 * const api = await startHttpApi({ invoke: (event) => checkout.invoke(event), routes: ["POST /orders/{id}"] });
 * await fetch(`${api.url}/orders/17`, { method: "POST", body: "{}" });
 */
export async function startHttpApi({
  invoke,
  routes,
  authorizer,
  port,
}: HttpApiOptions): Promise<LocalServer> {
  const parsed = routes.map(parseRoute);
  const authorize = authorizer && authorizeHttpApi(authorizer);
  return startServer(async (request, response) => {
    const url = splitUrl(request.url ?? "/");
    const route = matchRoute(parsed, request.method ?? "GET", url.path);
    if (!route) return send(response, refusal(404, "Not Found"));
    const event = toEvent(request, await readBody(request), url, route);
    const requestId = event.requestContext.requestId;
    response.setHeader("apigw-requestid", requestId);
    const verdict = await authorize?.(event);
    if (verdict && "refusal" in verdict) return send(response, verdict.refusal);
    const requestContext = { ...event.requestContext, ...verdict };
    send(response, await replyTo({ ...event, requestContext }, invoke));
  }, port);
}

function toEvent(
  request: IncomingMessage,
  body: Buffer,
  { path, query }: SplitUrl,
  { routeKey, pathParameters }: MatchedRoute,
): APIGatewayProxyEventV2 {
  const { cookie, ...distinct } = request.headersDistinct;
  const headers = toHeaders(distinct, request, body);
  const queryStringParameters = toQueryParameters(query);
  const now = new Date();
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookie && { cookies: cookie.flatMap((line) => line.split(/;\s*/)) }),
    headers,
    ...(queryStringParameters && { queryStringParameters }),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: API_ID,
      domainName: DOMAIN,
      domainPrefix: API_ID,
      http: {
        method: request.method ?? "GET",
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: `${randomBytes(11).toString("base64url").slice(0, 15)}=`,
      routeKey,
      stage: "$default",
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...(pathParameters && { pathParameters }),
    ...toBody(body, headers),
  };
}

function toHeaders(
  distinct: NodeJS.Dict<string[]>,
  request: IncomingMessage,
  body: Buffer,
): Record<string, string | undefined> {
  const sent = Object.entries(distinct)
    .filter(([name]) => !HOP_BY_HOP.has(name))
    .map(([name, values = []]) => [name, values.join(",")] as const);
  return {
    "x-amzn-trace-id": newTraceRoot(),
    ...(body.length > 0 && { "content-length": String(body.length) }),
    ...Object.fromEntries(sent),
    host: DOMAIN,
    "x-forwarded-for": [...(distinct["x-forwarded-for"] ?? []), request.socket.remoteAddress].join(", "),
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
  };
}

function toQueryParameters(query: string): Record<string, string> | undefined {
  if (query === "") return undefined;
  const parameters = new URLSearchParams(query);
  const names = [...new Set(parameters.keys())];
  return Object.fromEntries(names.map((name) => [name, parameters.getAll(name).join(",")]));
}

async function replyTo(
  event: APIGatewayProxyEventV2,
  invoke: HttpApiOptions["invoke"],
): Promise<GatewayReply> {
  try {
    return toReply(await invoke(event));
  } catch {
    return refusal(500, "Internal Server Error");
  }
}

/** A result without a status code is the body of a 200; one that breaks the format is the gateway's own 500. */
function toReply(result: unknown): GatewayReply {
  if (typeof result === "string") return json(200, result);
  if (!isStructured(result)) return json(200, JSON.stringify(result ?? null));
  const { statusCode, headers, cookies, body, isBase64Encoded } = result;
  const status = Number(statusCode);
  const valid = Number.isInteger(status) && status >= 100 && status <= 599;
  if (!valid || typeof (body ?? "") !== "string") return refusal(500, "Internal Server Error");
  const own = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status,
    headers: {
      "content-type": "text/plain;charset=UTF-8",
      ...Object.fromEntries(own),
      ...(cookies && { "set-cookie": cookies }),
    },
    body: isBase64Encoded ? Buffer.from(body ?? "", "base64") : (body ?? ""),
  };
}

function isStructured(result: unknown): result is APIGatewayProxyStructuredResultV2 {
  return typeof result === "object" && result !== null && "statusCode" in result;
}
