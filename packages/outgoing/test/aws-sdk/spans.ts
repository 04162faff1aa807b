import { trace } from "@opentelemetry/api";
import { type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";
import { ensureContextManager } from "@throughline/otel";

const ended: ReadableSpan[] = [];

/** Registers a real provider, once for the process of a test file. */
export function recordSpans(): void {
  ensureContextManager();
  const onEnd = (span: ReadableSpan): void => void ended.push(span);
  const nothing = async (): Promise<void> => {};
  const processor = { onStart() {}, onEnd, forceFlush: nothing, shutdown: nothing };
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [processor] }));
}

/** The spans that ended since they were last taken. */
export function takeSpans(): ReadableSpan[] {
  return ended.splice(0);
}

/** Runs as a function does: within a span. */
export function inSpan<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
  return trace.getTracer("test").startActiveSpan(name, async (span) => {
    try {
      return await run();
    } finally {
      span.end();
    }
  });
}

/** What every client of a stand-in needs. */
export function local(endpoint: string): Local {
  return {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
}

interface Local {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}
