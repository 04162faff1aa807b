import { type SpanContext, TraceFlags, type TraceState } from "@opentelemetry/api";
import { getMember, parseTraceState, setMember, type TraceContext } from "@throughline/propagation";

const RANDOM = 2; // Not yet among the API's flags.

/** The OpenTelemetry spelling of a trace context; `decide` answers where upstream left the sampling decision open. */
export function toSpanContext(
  context: TraceContext,
  decide: (traceId: string) => boolean = () => true,
): SpanContext {
  const { traceId, spanId, sampled = decide(traceId), random, traceState } = context;
  return {
    traceId,
    spanId,
    traceFlags: (sampled ? TraceFlags.SAMPLED : TraceFlags.NONE) | (random ? RANDOM : 0),
    isRemote: true,
    ...(traceState && { traceState: toTraceState(traceState) }),
  };
}

/** The trace context of a span, to be passed on. */
export function fromSpanContext({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  const list = traceState?.serialize();
  return {
    traceId,
    spanId,
    sampled: (traceFlags & TraceFlags.SAMPLED) !== 0,
    ...((traceFlags & RANDOM) !== 0 && { random: true }),
    ...(list && { traceState: list }),
  };
}

/** The API's own `createTraceState` gives up a list of more than 512 characters; ours passes it on. */
function toTraceState(list: string): TraceState {
  return {
    get: (key) => getMember(list, key),
    set: (key, value) => toTraceState(setMember(list, key, value)),
    unset: (key) =>
      toTraceState((parseTraceState(list) ?? []).filter((member) => !member.startsWith(`${key}=`)).join(",")),
    serialize: () => list,
  };
}
