import { type TracerProvider, trace } from "@opentelemetry/api";
import { createFlusher, startedProvider } from "@throughline/exporter";
import { around } from "./around.ts";
import { checkKeys, checkTimeout } from "./options.ts";
import { type Middleware, remainingTime } from "./request.ts";

export interface FlushOptions {
  /** What is flushed: a provider with `forceFlush`. Default the global one, as it is when an invocation ends. */
  readonly provider?: TracerProvider | undefined;
  /** Milliseconds that a flush may take. Default `OTEL_EXPORTER_OTLP_TIMEOUT`, else 1000. */
  readonly timeout?: number | undefined;
}

const KEYS = ["provider", "timeout"] satisfies (keyof FlushOptions)[];

/**
 * Flushes a tracer provider at the end of each invocation: after the response where Lambda allows it, else before it, bounded.
 *
 * For those who compose by hand, or have a provider of their own; `tracing()` flushes what it started. Use it before the
 * middleware whose spans it is to flush.
 *
 * @throws TypeError when an option is wrong, naming it and what it may be.
 * @example
 * export const handler = middy(work).use(flush()).use(tracing());
 */
export function flush(options: FlushOptions = {}): Middleware {
  checkKeys("flush", options, KEYS);
  checkTimeout("flush", options.timeout);
  const { provider, timeout } = options;
  const flusher = createFlusher(provider ? () => forceFlush(provider) : flushGlobal, { timeout });
  return around("flush", ({ context }) => {
    // What `tracing()` started, it flushes itself.
    if (!provider && startedProvider()) return undefined;
    flusher.started(context?.awsRequestId);
    return { end: () => flusher.ended(context?.awsRequestId, remainingTime(context)) };
  });
}

/** One function for all: the extension keeps one of what drains the same. */
function flushGlobal(): Promise<void> {
  return forceFlush(trace.getTracerProvider());
}

interface Flushable {
  forceFlush?(): Promise<void>;
  getDelegate?(): Flushable;
}

/** The API's global provider is a proxy for the registered one. */
async function forceFlush(provider: TracerProvider): Promise<void> {
  const flushable = provider as Flushable;
  await (flushable.forceFlush ? flushable : flushable.getDelegate?.())?.forceFlush?.();
}
