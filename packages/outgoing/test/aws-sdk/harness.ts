import type { IncomingHttpHeaders } from "node:http";
import { type Span, trace } from "@opentelemetry/api";
import { type ReadableSpan, TracerProvider, type TracerProviderOptions } from "@opentelemetry/sdk-trace";
import { ensureContextManager } from "@throughline/otel";
import { type LocalServer, readBody, startServer } from "../../../testing/src/local-server.ts";

/** What every client here has in common. */
export const config = {
  region: "us-east-1",
  credentials: { accessKeyId: "key", secretAccessKey: "secret" },
  maxAttempts: 1,
};

/** A provider registered for the process, as any user's would be, and what it has recorded. */
export function recordSpans(options: TracerProviderOptions = {}): { take(): ReadableSpan[] } {
  const ended: ReadableSpan[] = [];
  ensureContextManager();
  trace.disable();
  trace.setGlobalTracerProvider(
    new TracerProvider({
      ...options,
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

/** The ids that a parent or a link of a span has. */
export const idsOf = (span: ReadableSpan | undefined): { traceId: string; spanId: string } => {
  const { traceId = "", spanId = "" } = span?.spanContext() ?? {};
  return { traceId, spanId };
};

/** A request as the service saw it. */
export interface Seen {
  readonly headers: IncomingHttpHeaders;
  /** Its JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Endpoint extends LocalServer {
  /** What arrived since it was last asked. */
  take(): Seen[];
}

/** What a service answers: a body, or an error's name with a status. */
export type Answer = object | { readonly refusal: string; readonly status?: number };

/** A service in AWS's JSON protocol that answers as it is told. */
export async function startEndpoint(answer: (seen: Seen) => Answer | Promise<Answer>): Promise<Endpoint> {
  const seen: Seen[] = [];
  const server = await startServer(async (request, response) => {
    const body = JSON.parse((await readBody(request)).toString() || "{}");
    const one = { headers: request.headers, body };
    seen.push(one);
    const answered = await answer(one);
    const [status, value] =
      "refusal" in answered
        ? [answered.status ?? 400, { __type: answered.refusal, message: "refused" }]
        : [200, answered];
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "r-1" });
    response.end(JSON.stringify(value));
  });
  return { ...server, take: () => seen.splice(0) };
}

/** Freezes it, and all that it holds: what is written to throws. Bytes cannot be. */
export function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
