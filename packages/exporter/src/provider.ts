import { type TracerProvider as Provider, ProxyTracerProvider, trace } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { type SpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { lambdaResource, type ResourceAttributes, shared } from "@throughline/otel";
import { InvocationProcessor } from "./invocation-processor.ts";
import { samplingFromEnvironment } from "./sampler.ts";
import { none } from "./sinks/none.ts";
import { otlp } from "./sinks/otlp.ts";
import type { Sink } from "./sinks/sink.ts";

export interface ProviderOptions {
  /** Where spans go; default as `OTEL_TRACES_EXPORTER` says, OTLP when it says nothing. */
  readonly sink?: Sink | undefined;
  /** Put to, and before, what the Lambda environment and `OTEL_RESOURCE_ATTRIBUTES` say of the resource. */
  readonly resource?: ResourceAttributes | undefined;
  /** Further processors, called before the spans are buffered. */
  readonly processors?: readonly SpanProcessor[] | undefined;
}

/** The provider that we started, for as long as the process lives. */
export interface StartedProvider {
  readonly provider: Provider;
  /** Whether to sample a trace whose upstream left that open. */
  decide(traceId: string): boolean;
  /** Exports all ended spans, until the moment given (epoch milliseconds). Never rejects. */
  flush(until: number): Promise<void>;
}

/**
 * Starts a tracer provider and registers it, unless somebody else's (a layer's, the user's) is in place: then `undefined`, and
 * that one is to be used. A second call gives the first one's provider.
 *
 * @throws TypeError when an option is wrong, naming it.
 */
export function startProvider(options: ProviderOptions = {}): StartedProvider | undefined {
  const started = startedProvider();
  if (started || isRegistered()) return started;
  const { sink = sinkFromEnvironment(), resource = {}, processors = [] } = options;
  const processor = new InvocationProcessor(sink);
  const { sampler, decide } = samplingFromEnvironment();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ ...lambdaResource(), ...resource } as Record<string, string>),
    sampler,
    spanProcessors: [...processors, processor],
  });
  if (!trace.setGlobalTracerProvider(provider)) {
    console.warn(
      "Throughline: the tracer provider could not be registered, so your own spans go nowhere: " +
        "another version of @opentelemetry/api is loaded.",
    );
  }
  state().started = { provider, decide, flush: (until) => processor.flush(until) };
  return startedProvider();
}

/** The provider that `startProvider` started in this process, whichever copy of the package did. */
export function startedProvider(): StartedProvider | undefined {
  return state().started;
}

function state(): { started?: StartedProvider } {
  return shared("provider", () => ({}));
}

/** Until somebody registers a provider, the API hands out a proxy for one that does nothing. */
function isRegistered(): boolean {
  const provider = trace.getTracerProvider();
  const nothing = new ProxyTracerProvider().getDelegate();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegate() !== nothing;
}

function sinkFromEnvironment(env: NodeJS.ProcessEnv = process.env): Sink {
  const name = env.OTEL_TRACES_EXPORTER?.trim() || "otlp";
  if (name === "none") return none;
  if (name !== "otlp")
    console.warn(`Throughline: OTEL_TRACES_EXPORTER "${name}" is not supported; otlp is used`);
  return otlp();
}
