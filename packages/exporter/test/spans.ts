import { ROOT_CONTEXT } from "@opentelemetry/api";
import { type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";

/** Ended spans of these names, made by the real SDK. */
export function spansOf(...names: readonly string[]): ReadableSpan[] {
  const ended: ReadableSpan[] = [];
  const keep = {
    onStart() {},
    onEnd: (span: ReadableSpan) => void ended.push(span),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const tracer = new TracerProvider({ spanProcessors: [keep] }).getTracer("test");
  for (const name of names) tracer.startSpan(name, {}, ROOT_CONTEXT).end();
  return ended;
}
