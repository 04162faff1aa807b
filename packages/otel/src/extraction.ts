import { type Context, diag, ROOT_CONTEXT } from "@opentelemetry/api";
import { parseXRayHeader } from "@throughline/propagation";
import { type LambdaContext, type Resolution, type ResolveOptions, resolve } from "@throughline/triggers";
import { toContext, withCarried } from "./carried.ts";
import { readRuntime } from "./runtime.ts";

export interface ExtractionOptions extends ResolveOptions {
  /** Whether to sample a trace whose upstream left that open. Default yes. */
  readonly decide?: ((traceId: string) => boolean) | undefined;
}

/** What an event and the runtime brought, as OpenTelemetry sees it. */
export interface Extraction {
  readonly resolution: Resolution;
  /** With the remote parent, if there is one, its baggage, and the X-Ray fields that must be passed on. */
  readonly context: Context;
}

/**
 * Resolves an event and puts what it brought into a context. Changes neither. Never throws.
 */
export function extractRemote(
  event: unknown,
  context: LambdaContext | undefined,
  options: ExtractionOptions = {},
): Extraction {
  const runtime = readRuntime(context);
  const resolution = resolve(event, context, runtime, options);
  const { parent } = resolution.parentage;
  // Lambda writes its loop guard, Lineage, into its own header, whoever the parent is.
  const xrayFields = parseXRayHeader(runtime.xRayTraceId).fields ?? parent?.xrayFields;
  const remote = parent ? toContext(ROOT_CONTEXT, parent, quietly(options.decide)) : ROOT_CONTEXT;
  return { resolution, context: withCarried(remote, { xrayFields }) };
}

function quietly(decide: ExtractionOptions["decide"]): ExtractionOptions["decide"] {
  return (traceId) => {
    try {
      return decide?.(traceId) ?? true;
    } catch (error) {
      diag.error("Throughline: the sampler failed; the trace is sampled", error);
      return true;
    }
  };
}
