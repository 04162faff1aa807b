const { context, propagation, trace } = require("@opentelemetry/api");
const { AsyncLocalStorageContextManager } = require("@opentelemetry/context-async-hooks");
const {
  CompositePropagator,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} = require("@opentelemetry/core");
const { OTLPTraceExporter } = require("@opentelemetry/exporter-trace-otlp-proto");
const { B3InjectEncoding, B3Propagator } = require("@opentelemetry/propagator-b3");
const {
  AlwaysOnSampler,
  createAlwaysRecordSampler,
  ParentBasedSampler,
  SimpleSpanProcessor,
  TracerProvider,
} = require("@opentelemetry/sdk-trace");

const PROPAGATORS = {
  tracecontext: () => new W3CTraceContextPropagator(),
  baggage: () => new W3CBaggagePropagator(),
  b3: () => new B3Propagator(),
  b3multi: () => new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
};

/** OpenTelemetry's SDK, with the propagators that `OTEL_PROPAGATORS` names. What ended, sampled or not, is in `spans`. */
exports.start = () => {
  const names = (process.env.OTEL_PROPAGATORS ?? "tracecontext,baggage").split(",");
  const spans = [];
  const remembering = {
    onStart() {},
    onEnd: (span) => spans.push(span),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const exporting = process.env.OTEL_EXPORTER_OTLP_ENDPOINT
    ? [new SimpleSpanProcessor({ exporter: new OTLPTraceExporter() })]
    : [];
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: names.map((name) => PROPAGATORS[name]()) }),
  );
  trace.setGlobalTracerProvider(
    new TracerProvider({
      sampler: createAlwaysRecordSampler(new ParentBasedSampler({ root: new AlwaysOnSampler() })),
      spanProcessors: [remembering, ...exporting],
    }),
  );
  return { spans };
};

exports.idsOf = ({ traceId, spanId, traceFlags }) => ({ traceId, spanId, sampled: (traceFlags & 1) === 1 });
