import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { restApiEvent } from "../events/events.ts";
import { type LocalServer, readBody, startServer } from "../local-server.ts";
import { newTraceRoot } from "../trace-root.ts";
import {
  commonLogTime,
  type GatewayReply,
  HOP_BY_HOP,
  json,
  type SplitUrl,
  send,
  splitUrl,
} from "./gateway.ts";
import { authorizeRestApi, type RestApiAuthorizer } from "./rest-api-authorizer.ts";
import { type MatchedRoute, matchRoute, parseRoute } from "./routes.ts";

export interface RestApiOptions {
  /** Runs the function; what it rejects with becomes a 502. */
  readonly invoke: (event: APIGatewayProxyEvent) => Promise<unknown>;
  /** Methods and resources: `POST /orders/{id}`, `ANY /files/{path+}`. */
  readonly routes: readonly string[];
  /** Asked before the function is. Default nobody. */
  readonly authorizer?: RestApiAuthorizer | undefined;
  /** Default: a free one. */
  readonly port?: number | undefined;
}

/**
 * An API Gateway REST API in front of a function, by Lambda proxy: real HTTP outside, payload format 1.0 inside.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 *
 * @example
 * const api = await startRestApi({ invoke: (event) => checkout.invoke(event), routes: ["POST /orders/{id}"] });
 * await fetch(`${api.url}/orders/17`, { method: "POST", body: "{}" });
 */
export async function startRestApi({
  invoke,
  routes,
  authorizer,
  port,
}: RestApiOptions): Promise<LocalServer> {
  const parsed = routes.map(parseRoute);
  const authorize = authorizer && authorizeRestApi(authorizer);
  return startServer(async (request, response) => {
    const url = splitUrl(request.url ?? "/");
    const route = matchRoute(parsed, request.method ?? "GET", url.path);
    if (!route) return send(response, json(403, '{"message":"Missing Authentication Token"}'));
    const event = toEvent(request, await readBody(request), url, route);
    response.setHeader("x-amzn-requestid", event.requestContext.requestId);
    const verdict = await authorize?.(event);
    if (verdict && "refusal" in verdict) return send(response, verdict.refusal);
    const requestContext = { ...event.requestContext, ...verdict };
    send(response, await replyTo({ ...event, requestContext } as APIGatewayProxyEvent, invoke));
  }, port);
}

function toEvent(
  request: IncomingMessage,
  body: Buffer,
  { path, query }: SplitUrl,
  { routeKey, pathParameters }: MatchedRoute,
): APIGatewayProxyEvent {
  const [, resource = "/"] = routeKey.split(" ");
  const httpMethod = request.method ?? "GET";
  const multiValueHeaders = toHeaders(request);
  const multiValueQuery = query === "" ? null : group([...new URLSearchParams(query)]);
  const now = new Date();
  return restApiEvent({
    resource,
    path,
    httpMethod,
    multiValueHeaders,
    multiValueQueryStringParameters: multiValueQuery,
    queryStringParameters: multiValueQuery && lastOf(multiValueQuery),
    pathParameters: pathParameters ?? null,
    body: body.length > 0 ? body.toString("utf8") : null,
    requestContext: {
      httpMethod,
      path: `/prod${path}`,
      protocol: `HTTP/${request.httpVersion}`,
      identity: {
        sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
        userAgent: request.headers["user-agent"] ?? null,
      },
      requestId: randomUUID(),
      requestTime: commonLogTime(now),
      requestTimeEpoch: now.getTime(),
      resourcePath: resource,
    },
  });
}

/** Each as the client spelled it, with all its values. */
function toHeaders(request: IncomingMessage): Record<string, string[]> {
  const { rawHeaders, headers, socket } = request;
  const sent = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""] as const] : [],
  );
  const kept = sent.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !OWN.has(name.toLowerCase()));
  return {
    ...group(kept),
    Host: [restApiEvent().requestContext.domainName ?? ""],
    ...(headers["x-amzn-trace-id"] === undefined && { "X-Amzn-Trace-Id": [newTraceRoot()] }),
    "X-Forwarded-For": [[headers["x-forwarded-for"] ?? [], socket.remoteAddress].flat().join(", ")],
    "X-Forwarded-Port": ["443"],
    "X-Forwarded-Proto": ["https"],
  };
}

/** What the gateway says itself. */
const OWN = new Set(["host", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto", "content-length"]);

function group(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const grouped: Record<string, string[]> = {};
  for (const [name, value] of pairs) grouped[name] = [...(grouped[name] ?? []), value];
  return grouped;
}

function lastOf(values: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? ""]));
}

async function replyTo(event: APIGatewayProxyEvent, invoke: RestApiOptions["invoke"]): Promise<GatewayReply> {
  const malformed = json(502, '{"message": "Internal server error"}');
  try {
    const result = Object(await invoke(event)) as Record<string, unknown>;
    const { statusCode, headers, multiValueHeaders, body = "", isBase64Encoded } = result;
    const status = Number(statusCode);
    const valid = Number.isInteger(status) && status >= 100 && status <= 599;
    if (!valid || typeof (body ?? "") !== "string") return malformed;
    const text = String(body ?? "");
    return {
      status,
      headers: {
        "content-type": "application/json",
        ...lowerCased(headers),
        ...lowerCased(multiValueHeaders),
      },
      body: isBase64Encoded === true ? Buffer.from(text, "base64") : text,
    };
  } catch {
    return malformed;
  }
}

function lowerCased(headers: unknown): Record<string, string | string[]> {
  const entries = Object.entries(Object(headers ?? {}) as Record<string, string | string[]>);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}
