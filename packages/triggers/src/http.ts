import { HTTP_REQUEST_METHOD, HTTP_REQUEST_METHOD_ORIGINAL } from "./semconv.ts";
import type { Attributes } from "./trigger.ts";

/** What the conventions say of HTTP requests whichever way they go. */

const METHOD = /^(?:CONNECT|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT|QUERY|TRACE)$/;

/**
 * The method as the conventions have it: one that they do not know is `_OTHER`, its own name beside it.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#method-placeholder
 */
export function httpMethodAttributes(method: string | undefined): Attributes {
  if (method === undefined) return {};
  if (METHOD.test(method)) return { [HTTP_REQUEST_METHOD]: method };
  return { [HTTP_REQUEST_METHOD]: "_OTHER", [HTTP_REQUEST_METHOD_ORIGINAL]: method };
}

/** `GET /pets/{id}`, or `GET` where no template is known: a path would make as many names as there are pets. */
export function httpSpanName(method: unknown, route?: string): string {
  const name = typeof method === "string" && METHOD.test(method) ? method : "HTTP";
  return route ? `${name} ${route}` : name;
}

/** Values in a query that grant access; the conventions name them. */
const SECRET =
  /(?<=^|&)(X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token|AWSAccessKeyId|Signature|sig|X-Goog-Signature)=[^&]*/g;

/** A query, without the `?`, with nothing in it that grants access. */
export function redactQuery(query: string): string;
export function redactQuery(query: string | undefined): string | undefined;
export function redactQuery(query: string | undefined): string | undefined {
  return query?.replace(SECRET, "$1=REDACTED");
}

/** `10.0.0.1:443`, `[::1]:443`, `example.com`; a bare IPv6 address has colons that start no port. */
export function splitPort(
  host: string | undefined,
): { address: string; port: number | undefined } | undefined {
  if (host === undefined) return undefined;
  const [, address = host, port] = /^(\[[^\]]+\]|[^:]+):([0-9]{1,5})$/.exec(host) ?? [];
  return { address, port: toPort(port) };
}

/** The number that a text says, if that is a port's. */
export function toPort(value: unknown): number | undefined {
  const port = typeof value === "string" && value !== "" ? Number(value) : undefined;
  return port !== undefined && Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/** The port that a URL of this scheme leaves out. */
export function defaultPort(scheme: "http" | "https"): number {
  return scheme === "https" ? 443 : 80;
}
