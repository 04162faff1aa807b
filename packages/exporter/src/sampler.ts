import { ROOT_CONTEXT, SpanKind } from "@opentelemetry/api";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";

/** The sampler in force, and its answer for a trace whose upstream left the decision open. */
export interface Sampling {
  readonly sampler: Sampler;
  decide(traceId: string): boolean;
}

/**
 * What `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` say; default `parentbased_always_on`.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration
 */
export function samplingFromEnvironment(env: NodeJS.ProcessEnv = process.env): Sampling {
  const { OTEL_TRACES_SAMPLER_ARG: argument } = env;
  const name = env.OTEL_TRACES_SAMPLER?.trim() || "parentbased_always_on";
  const parentBased = name.startsWith("parentbased_");
  const root = rootSampler(parentBased ? name.slice("parentbased_".length) : name, argument);
  if (!root) {
    console.warn(
      `Throughline: OTEL_TRACES_SAMPLER "${name}" is not supported; parentbased_always_on is used`,
    );
    return samplingFromEnvironment({});
  }
  return {
    sampler: parentBased ? new ParentBasedSampler({ root }) : root,
    decide: (traceId) =>
      root.shouldSample(ROOT_CONTEXT, traceId, "", SpanKind.SERVER, {}, []).decision ===
      SamplingDecision.RECORD_AND_SAMPLED,
  };
}

function rootSampler(name: string, argument: string | undefined): Sampler | undefined {
  if (name === "always_on") return new AlwaysOnSampler();
  if (name === "always_off") return new AlwaysOffSampler();
  if (name !== "traceidratio") return undefined;
  const ratio = Number(argument?.trim() || 1);
  if (ratio >= 0 && ratio <= 1) return new TraceIdRatioBasedSampler(ratio);
  console.warn(`Throughline: OTEL_TRACES_SAMPLER_ARG "${argument}" is no ratio from 0 to 1; 1 is used`);
  return new TraceIdRatioBasedSampler(1);
}
