import { ROOT_CONTEXT, type SpanOptions } from "@opentelemetry/api";
import { type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";

/** Ended spans of these names, made by the real SDK. */
export function spansOf(...names: readonly string[]): ReadableSpan[] {
  return names.flatMap((name) => spanOf(name));
}

/** One of them. */
export function spanOf(name: string, options: SpanOptions = {}): ReadableSpan[] {
  const ended: ReadableSpan[] = [];
  const keep = {
    onStart() {},
    onEnd: (span: ReadableSpan) => void ended.push(span),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const tracer = new TracerProvider({ spanProcessors: [keep] }).getTracer("test");
  tracer.startSpan(name, options, ROOT_CONTEXT).end();
  return ended;
}
