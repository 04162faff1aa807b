import type { Tracer } from "@opentelemetry/api";
import { type ReadableSpan, TracerProvider, type TracerProviderOptions } from "@opentelemetry/sdk-trace";

/** A real tracer, and the spans that it ended. */
export interface Recorder {
  readonly tracer: Tracer;
  take(): ReadableSpan[];
}

export function recorder(options: TracerProviderOptions = {}): Recorder {
  const ended: ReadableSpan[] = [];
  const provider = new TracerProvider({
    ...options,
    spanProcessors: [
      {
        onStart() {},
        onEnd: (span) => void ended.push(span),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  });
  return { tracer: provider.getTracer("test"), take: () => ended.splice(0) };
}

export const ARN = "arn:aws:lambda:eu-west-1:123456789012:function:checkout";

/** A Lambda context as the runtime client makes it, in what is read of it. */
export function lambdaContext(overrides: object = {}): Record<string, string> {
  return {
    awsRequestId: "8f507cfc-xmpl-4697-b07a-ac58fc914c95",
    functionName: "checkout",
    functionVersion: "7",
    invokedFunctionArn: ARN,
    xRayTraceId: "",
    ...overrides,
  };
}

export const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The getter of every property throws, whatever it is called. */
export function hostile(): never {
  return new Proxy(
    {},
    {
      get() {
        throw new Error("hostile");
      },
    },
  ) as never;
}
