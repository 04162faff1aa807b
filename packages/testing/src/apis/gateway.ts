import type { ServerResponse } from "node:http";

/** What a gateway answers its client. */
export interface GatewayReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | Buffer;
}

/** A gateway's own answer: it refuses, or something failed behind it. */
export function refusal(status: number, message: string): GatewayReply {
  return json(status, JSON.stringify({ message }));
}

/** An answer whose body is JSON. */
export function json(status: number, body: string): GatewayReply {
  return { status, headers: { "content-type": "application/json" }, body };
}

/** Writes the answer, and ends it. */
export function send(response: ServerResponse, { status, headers, body }: GatewayReply): void {
  response.writeHead(status, headers).end(body);
}

/** What an authorizer made of a request: the client's answer, or what the function is told of it. */
export type Verdict = { readonly refusal: GatewayReply } | { readonly authorizer: Record<string, unknown> };

export interface SplitUrl {
  readonly path: string;
  readonly query: string;
}

/** Path and query of a request line, neither decoded. */
export function splitUrl(url: string): SplitUrl {
  const mark = url.indexOf("?");
  return mark < 0 ? { path: url, query: "" } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

/** They concern the connection to the gateway, and end there. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "te",
  "trailer",
  "upgrade",
]);

// Form posts come as base64 too; it surprises everybody once.
const TEXT = /^(text\/|application\/(json|javascript|xml)\b|[^;]*\+(json|xml)\b)/i;

/** A body as events hold it: text as it is, all else in base64. */
export function toBody(
  body: Buffer,
  headers: Readonly<Record<string, string | undefined>>,
): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const isText = TEXT.test(headers["content-type"] ?? "text/plain") && !headers["content-encoding"];
  return { body: body.toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
}

/** `12/Mar/2020:19:03:58 +0000` */
export function commonLogTime(date: Date): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(date.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
