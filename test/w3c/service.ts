import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { extract, headers, inject, type TraceContext, w3c } from "@throughline/propagation";

/**
 * The service that the W3C's own trace-context suite tests: each `POST /test` brings a list of calls, which it makes one
 * after the other, in the trace of the request.
 *
 * @see https://github.com/w3c/trace-context/tree/main/test
 */
export async function startService(port: number): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => end(response, 500, String(error)));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: actual } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${actual}/test`, close: () => void server.close().closeAllConnections() };
}

interface Call {
  readonly url: string;
  readonly arguments: unknown;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== "POST" || request.url !== "/test") return end(response, 404, "POST /test");
  const calls = await json(request).catch(() => undefined);
  if (!isCalls(calls)) return end(response, 400, "expected a JSON list of { url, arguments }");
  // Repeated headers stay apart: whether two of them contradict each other is for the format to say.
  const parent = extract(headers(request.headersDistinct), [w3c])?.context ?? newTrace();
  for (const call of calls) await make(call, { ...parent, spanId: hex(8) });
  end(response, 200, "");
}

/** Each call is a span of its own. */
async function make({ url, arguments: body }: Call, span: TraceContext): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...inject(span, [w3c]), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
}

function newTrace(): TraceContext {
  return { traceId: hex(16), spanId: hex(8), sampled: true };
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}

function isCalls(body: unknown): body is Call[] {
  return Array.isArray(body) && body.every((call) => typeof call?.url === "string");
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain" }).end(text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startService(Number(process.env.PORT ?? 5000));
  console.log(`listening on ${url}`);
}
