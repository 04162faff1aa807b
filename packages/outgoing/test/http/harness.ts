import { once } from "node:events";
import http, { type IncomingHttpHeaders } from "node:http";
import https, { type RequestOptions } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { type Span, trace } from "@opentelemetry/api";
import { type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";
import { ensureContextManager } from "@throughline/otel";
import { type LocalServer, startServer } from "@throughline/testing";

/** A provider registered for the process, as any user's would be, and what it has recorded. */
export function recordSpans(): { take(): ReadableSpan[] } {
  const ended: ReadableSpan[] = [];
  ensureContextManager();
  trace.setGlobalTracerProvider(
    new TracerProvider({
      spanProcessors: [
        {
          onStart() {},
          onEnd: (span) => void ended.push(span),
          forceFlush: async () => {},
          shutdown: async () => {},
        },
      ],
    }),
  );
  return { take: () => ended.splice(0) };
}

/** Runs something within a span, which is not among the recorded. */
export function withinSpan<Result>(run: (span: Span) => Result): Result {
  return trace.getTracer("test").startActiveSpan("parent", run);
}

/** A request as its server saw it. */
export interface Seen {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Service extends LocalServer {
  /** What arrived since it was last asked. */
  take(): Seen[];
}

/**
 * Answers what its path asks for: `/503` that status, `/hints` early hints and much later a head, `/redirect` another place, `/endless` a body that never ends, `/broken` one
 * that breaks off, `/silent` nothing at all, `/gone` a closed connection, anything else `ok`.
 */
export async function startService(): Promise<Service> {
  const seen: Seen[] = [];
  const server = await startServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { url = "", headers } = request;
    seen.push({ path: url, headers, body: Buffer.concat(chunks).toString() });
    const { pathname } = new URL(url, "http://localhost");
    if (pathname === "/silent") return;
    if (pathname === "/gone") return void request.socket.destroy();
    if (pathname === "/redirect") return void response.writeHead(302, { location: "/ok" }).end();
    if (pathname === "/hints") {
      response.writeEarlyHints({ link: "</style.css>; rel=preload" });
      setTimeout(() => response.writeHead(200).write("and so on"), 60);
      return;
    }
    if (pathname === "/endless") return void response.writeHead(200).write("and so on");
    if (pathname === "/broken") {
      response.writeHead(200, { "content-length": 100 }).write("half");
      setTimeout(() => request.socket.destroy(), 10);
      return;
    }
    const status = Number(pathname.slice(1));
    response.writeHead(status >= 200 && status < 600 ? status : 200).end("ok");
  });
  return { ...server, take: () => seen.splice(0) };
}

/** The whole body of a response to a request by `node:http(s)`. */
export async function get(url: string | URL, options: RequestOptions = {}): Promise<string> {
  const { request } = String(url).startsWith("https:") ? https : http;
  const [response] = await once(request(url, options).end(), "response");
  let body = "";
  for await (const chunk of response) body += chunk;
  return body;
}

/** A port that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** What a span says of its exchange. */
export function said({ name, status, attributes }: ReadableSpan): Record<string, unknown> {
  return { name, ...(status.code && { status: status.code, message: status.message }), ...attributes };
}
