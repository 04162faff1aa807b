import { envelope } from "@throughline/payloads";
import type { Carrier, Place } from "@throughline/propagation";
import { defaultPort, httpMethodAttributes, redactQuery, splitPort, toPort } from "../../http.ts";
import * as semconv from "../../semconv.ts";
import type { Attributes } from "../../trigger.ts";
import { present, text } from "./attributes.ts";

/** What an event says of its HTTP request. Any of it may be missing, or be something else than a text. */
export interface HttpRequest {
  readonly method: unknown;
  readonly path: unknown;
  /** Without the `?`. */
  readonly query: unknown;
  readonly scheme: "http" | "https";
  /** The template that matched the path. */
  readonly route?: string | undefined;
  /** Host name, with or without a port. */
  readonly host: unknown;
  readonly port: unknown;
  readonly client: unknown;
  readonly userAgent: unknown;
  /** As in `HTTP/1.1`. */
  readonly protocol?: unknown;
}

const DAEMON = "x-aws-sqsd-attr-";

/**
 * Where an HTTP request may hold a context: its headers; then, where it comes from Elastic Beanstalk's SQS daemon, the
 * attributes of the message that the daemon made the request of.
 *
 * @see https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features-managing-env-tiers.html
 */
export function* httpPlaces(header: Carrier): Generator<Place> {
  yield { at: "headers", carrier: header };
  const datadog = header(`${DAEMON}_datadog`);
  for (const { at, carrier } of datadog ? envelope.wrapped({ _datadog: datadog }, "") : []) {
    yield { at: `headers.${DAEMON}${at}`, carrier };
  }
  if (header(`${DAEMON}traceparent`))
    yield { at: `headers.${DAEMON}`, carrier: (key) => header(`${DAEMON}${key}`) };
}

/**
 * The conventions' attributes of an HTTP request; never headers, cookies or the body.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
 */
export function httpAttributes(request: HttpRequest): Attributes {
  const server = splitPort(text(request.host));
  return present({
    ...httpMethodAttributes(text(request.method)),
    [semconv.HTTP_ROUTE]: request.route,
    [semconv.URL_PATH]: text(request.path),
    [semconv.URL_QUERY]: redactQuery(text(request.query)),
    [semconv.URL_SCHEME]: request.scheme,
    [semconv.SERVER_ADDRESS]: server?.address,
    [semconv.SERVER_PORT]: server && (toPort(request.port) ?? server.port ?? defaultPort(request.scheme)),
    [semconv.CLIENT_ADDRESS]: splitPort(text(request.client))?.address,
    [semconv.USER_AGENT_ORIGINAL]: text(request.userAgent),
    [semconv.NETWORK_PROTOCOL_VERSION]: protocolVersion(request.protocol),
  });
}

/**
 * What the headers say of a request that came through proxies. The client is the first of the list, whom the nearest proxy to it
 * saw, as the conventions have it.
 */
export function forwarded(header: Carrier): Pick<HttpRequest, "host" | "port" | "client" | "userAgent"> {
  return {
    host: header("host"),
    port: header("x-forwarded-port"),
    client: header("x-forwarded-for")?.split(",")[0]?.trim(),
    userAgent: header("user-agent"),
  };
}

/** A status code, which gateways also take as a text. */
export function toStatusCode(value: unknown): number | undefined {
  const code = typeof value === "string" ? Number(value) : value;
  return typeof code === "number" && Number.isInteger(code) && code >= 100 && code <= 599 ? code : undefined;
}

/** A path template; a catch-all like `$default` is none. */
export function toRoute(value: unknown): string | undefined {
  return typeof value === "string" && value.startsWith("/") ? value : undefined;
}

/** `HTTP/1.1` is 1.1, `HTTP/2.0` is 2. */
function protocolVersion(protocol: unknown): string | undefined {
  return typeof protocol === "string" ? /^HTTP\/(1\.[01]|[2-9])/.exec(protocol)?.[1] : undefined;
}
