import { type Carrier, single } from "../carrier.ts";
import type { Format } from "../format.ts";
import { isSpanId, isTraceId } from "../ids.ts";
import type { TraceContext } from "../trace-context.ts";
import { parseTraceState } from "../trace-state.ts";

/**
 * `traceparent` and `tracestate`.
 *
 * @see https://www.w3.org/TR/trace-context-2/
 */
export const w3c: Format = {
  name: "w3c",
  keys: ["traceparent", "tracestate"],
  read,
  write,
};

// Version 00 ends after the flags; a later version may go on behind another dash. Version ff is invalid.
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;
const RANDOM = 2;

function read(carrier: Carrier): TraceContext | undefined {
  const parts = TRACEPARENT.exec(single(carrier("traceparent")) ?? "");
  if (!parts) return undefined;
  const [, version, traceId = "", spanId = "", flags = "", rest] = parts;
  if (version === "00" && rest !== undefined) return undefined;
  if (!isTraceId(traceId) || !isSpanId(spanId)) return undefined;
  const bits = Number.parseInt(flags, 16);
  const traceState = parseTraceState(carrier("tracestate"))?.join(",");
  return {
    traceId,
    spanId,
    sampled: (bits & SAMPLED) !== 0,
    ...((bits & RANDOM) !== 0 && { random: true }),
    ...(traceState && { traceState }),
  };
}

function write({ traceId, spanId, sampled, random, traceState }: TraceContext): Record<string, string> {
  const flags = (sampled ? SAMPLED : 0) | (random ? RANDOM : 0);
  return {
    traceparent: `00-${traceId}-${spanId}-0${flags}`,
    ...(traceState && { tracestate: traceState }),
  };
}
