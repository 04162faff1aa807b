export {
  type FlushMode,
  none,
  type OtlpOptions,
  otlp,
  type Sink,
  SinkError,
} from "@throughline/exporter";
export { fromPropagator, getTraceContext, getTraceHeaders } from "@throughline/otel";
export {
  type ClientOptions,
  type ClientPlugin,
  clientPlugin,
  type HttpOptions,
  type Shortages,
  shortages,
  type TargetPattern,
  traced,
  traceHttp,
} from "@throughline/outgoing";
export {
  envelope,
  limits,
  messageAttributes,
  mqtt,
  spanPointers,
  stepFunctions,
} from "@throughline/payloads";
export {
  b3,
  b3Multi,
  type DynatraceOptions,
  datadog,
  dynatrace,
  dynatraceFor,
  type Format,
  type TraceContext,
  w3c,
  xray,
} from "@throughline/propagation";
export type { Trigger } from "@throughline/triggers";
export { extractContext } from "./extract-context.ts";
export { type FlushOptions, flush } from "./flush.ts";
export type { Instrumentation } from "./instrumentations.ts";
export type { ContextOptions } from "./options.ts";
export type { Middleware } from "./request.ts";
export { type ExecutionMode, tracedExecution } from "./traced-execution.ts";
export { type TracingOptions, tracing } from "./tracing.ts";
