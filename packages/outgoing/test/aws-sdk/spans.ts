import { type Span, trace } from "@opentelemetry/api";
import { type ReadableSpan, TracerProvider, type TracerProviderOptions } from "@opentelemetry/sdk-trace";
import { ensureContextManager } from "@throughline/otel";

const ended: ReadableSpan[] = [];

/** Registers a real provider for the process of a test file, in place of another one. */
export function recordSpans(options: TracerProviderOptions = {}): void {
  ensureContextManager();
  trace.disable();
  const onEnd = (span: ReadableSpan): void => void ended.push(span);
  const nothing = async (): Promise<void> => {};
  const processor = { onStart() {}, onEnd, forceFlush: nothing, shutdown: nothing };
  trace.setGlobalTracerProvider(new TracerProvider({ ...options, spanProcessors: [processor] }));
}

/** The spans that ended since they were last taken. */
export function takeSpans(): ReadableSpan[] {
  return ended.splice(0);
}

/** A span's ids, as a parent or a link has them. */
export function idsOf(span: ReadableSpan | undefined): { traceId: string; spanId: string } {
  const { traceId = "", spanId = "" } = span?.spanContext() ?? {};
  return { traceId, spanId };
}

/** Runs as a function does: within a span. */
export function inSpan<Result>(name: string, run: (span: Span) => Promise<Result>): Promise<Result> {
  return trace.getTracer("test").startActiveSpan(name, async (span) => {
    try {
      return await run(span);
    } finally {
      span.end();
    }
  });
}

/** What every client of a stand-in needs; it does not try again what failed. */
export function local(endpoint: string): Local {
  return {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  };
}

interface Local {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
}
