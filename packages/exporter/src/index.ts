export { type Extension, registerExtension } from "./extension.ts";
export {
  createFlusher,
  extensionOfEnvironment,
  type Flusher,
  type FlusherOptions,
  type FlushMode,
} from "./flush.ts";
export { InvocationProcessor } from "./invocation-processor.ts";
export { logAsAsked } from "./log-level.ts";
export { type ProviderOptions, type StartedProvider, startedProvider, startProvider } from "./provider.ts";
export { SpanQueue } from "./queue.ts";
export { none } from "./sinks/none.ts";
export { otlp } from "./sinks/otlp.ts";
export type { OtlpOptions } from "./sinks/otlp-config.ts";
export { type Sink, SinkError } from "./sinks/sink.ts";
