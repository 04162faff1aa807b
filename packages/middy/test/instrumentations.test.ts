import middy from "@middy/core";
import {
  type ProxyTracerProvider,
  SpanKind,
  type Tracer,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import { afterEach, expect, test } from "vitest";
import { tracing } from "../src/index.ts";
import { lambdaContext, memorySink } from "./harness.ts";

const sink = memorySink();
const traced = (options = {}) => tracing({ sink, ...options });

/** A library, and the instrumentation that puts a span around what it does. */
function library(config: { readonly enabled?: boolean } = {}) {
  const library = { ask: async () => "answer", meters: 0, loggers: 0, patched: 0 };
  let tracer: Tracer = trace.getTracer("library");
  const instrumentation = {
    getConfig: () => ({ enabled: true, ...config }),
    enable() {
      const { ask } = library;
      library.patched += 1;
      library.ask = async () => {
        const span = tracer.startSpan("ask", { kind: SpanKind.CLIENT });
        return ask().finally(() => span.end());
      };
    },
    setTracerProvider(provider: TracerProvider) {
      tracer = provider.getTracer("library");
    },
    setMeterProvider: () => void library.meters++,
    setLoggerProvider: () => void library.loggers++,
  };
  if (config.enabled !== false) instrumentation.enable();
  return { library, instrumentation };
}

afterEach(() => void sink.take());

// Made before any provider was.
const early = library();

test.each([
  ["made before the provider", early],
  ["made after it", library()],
  ["told not to enable itself", library({ enabled: false })],
])("an instrumentation %s makes spans below the invocation's", async (_, { library, instrumentation }) => {
  const handler = middy(() => library.ask()).use(traced({ instrumentations: [instrumentation] }));
  expect(await handler({}, lambdaContext())).toBe("answer");
  const [child, root] = sink.take();
  expect(child).toMatchObject({ name: "ask", kind: SpanKind.CLIENT });
  expect(child?.parentSpanContext?.spanId).toBe(root?.spanContext().spanId);
});

test("one that is not enabled is, once, however often it is handed over", async () => {
  const { library: used, instrumentation } = library({ enabled: false });
  for (const _ of "123") traced({ instrumentations: [instrumentation, instrumentation] });
  expect(used).toMatchObject({ patched: 1, meters: 0, loggers: 0 });
});

test("one that says nothing of its configuration is enabled", () => {
  let enabled = 0;
  const instrumentation = { setTracerProvider() {}, enable: () => void enabled++ };
  traced({ instrumentations: [instrumentation] });
  expect(enabled).toBe(1);
});

test("one that fails is no obstacle, to others neither", async () => {
  const fail = () => {
    throw new Error("no module");
  };
  const { library: used, instrumentation } = library();
  const broken = { setTracerProvider: fail, enable: fail };
  await middy(() => used.ask()).use(traced({ instrumentations: [broken, instrumentation] }))(
    {},
    lambdaContext(),
  );
  expect(sink.take()).toHaveLength(2);
});

test("where tracing is disabled they are left alone", () => {
  process.env.OTEL_SDK_DISABLED = "true";
  try {
    const { library: used, instrumentation } = library({ enabled: false });
    traced({ instrumentations: [instrumentation] });
    expect(used.patched).toBe(0);
    expect(() => traced({ instrumentations: [{}] })).toThrow(TypeError);
  } finally {
    delete process.env.OTEL_SDK_DISABLED;
  }
});

test("the provider they get is ours", () => {
  const given: TracerProvider[] = [];
  const setTracerProvider = (provider: TracerProvider) => void given.push(provider);
  traced({ instrumentations: [{ enable() {}, setTracerProvider }] });
  expect(given).toEqual([(trace.getTracerProvider() as ProxyTracerProvider).getDelegate()]);
});

test.each([
  [{}, "instrumentations })"],
  ["pg", "instrumentations })"],
  [[early.instrumentation, "pg"], "instrumentations: [1] })"],
  [[[early.instrumentation]], "instrumentations: [0] })"],
  [[null], "instrumentations: [0] })"],
  [[{ enable() {} }], "instrumentations: [0] })"],
])("%j are no instrumentations", (instrumentations, named) => {
  expect(() => tracing({ instrumentations } as never)).toThrow(TypeError);
  expect(() => tracing({ instrumentations } as never)).toThrow(`tracing({ ${named}: expected OpenTelemetry`);
});
