import { ROOT_CONTEXT, type SpanContext, SpanKind, TraceFlags, trace } from "@opentelemetry/api";
import { SamplingDecision } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { samplingFromEnvironment } from "../src/sampler.ts";

const low = "00000000000000000000000000000001";
const high = `${"0".repeat(24)}ffffffff`;
const parent = (traceFlags: TraceFlags): SpanContext => ({
  traceId: low,
  spanId: "1".repeat(16),
  traceFlags,
  isRemote: true,
});

test.each([
  [undefined, undefined, [true, true, true, false]],
  ["parentbased_always_on", undefined, [true, true, true, false]],
  ["parentbased_always_off", undefined, [false, false, true, false]],
  ["always_on", undefined, [true, true, true, true]],
  ["always_off", undefined, [false, false, false, false]],
  ["parentbased_traceidratio", "0.5", [true, false, true, false]],
  ["traceidratio", "0.5", [true, false, true, true]],
  ["traceidratio", "nonsense", [true, true, true, true]],
  ["jaeger_remote", undefined, [true, true, true, false]],
])("OTEL_TRACES_SAMPLER=%s with argument %s", (name, argument, expected) => {
  const { sampler, decide } = samplingFromEnvironment({
    ...(name && { OTEL_TRACES_SAMPLER: name }),
    ...(argument && { OTEL_TRACES_SAMPLER_ARG: argument }),
  });
  const sampled = (flags: TraceFlags) =>
    sampler.shouldSample(trace.setSpanContext(ROOT_CONTEXT, parent(flags)), low, "", SpanKind.SERVER, {}, [])
      .decision === SamplingDecision.RECORD_AND_SAMPLED;
  expect([decide(low), decide(high), sampled(TraceFlags.SAMPLED), sampled(TraceFlags.NONE)]).toStrictEqual(
    expected,
  );
});
