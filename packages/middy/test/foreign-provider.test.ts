import middy from "@middy/core";
import { type Tracer, type TracerProvider, trace } from "@opentelemetry/api";
import { type ReadableSpan, TracerProvider as SdkTracerProvider } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { tracing } from "../src/index.ts";
import { lambdaContext } from "./harness.ts";

const ended: ReadableSpan[] = [];
const provider = new SdkTracerProvider({
  spanProcessors: [
    {
      onStart() {},
      onEnd: (span) => void ended.push(span),
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  ],
});
trace.setGlobalTracerProvider(provider);

test("with a provider of the user's own, instrumentations get that one", async () => {
  let tracer: Tracer | undefined;
  const instrumentation = {
    enable() {},
    setTracerProvider(given: TracerProvider) {
      tracer = given.getTracer("library");
    },
  };
  await middy(async () => tracer?.startSpan("ask").end()).use(
    tracing({ instrumentations: [instrumentation] }),
  )({}, lambdaContext());
  expect(ended.map(({ name }) => name)).toEqual(["ask", "checkout"]);
  expect(ended[0]?.parentSpanContext?.spanId).toBe(ended[1]?.spanContext().spanId);
});
