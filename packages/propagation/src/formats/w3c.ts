import { type Carrier, single } from "../carrier.ts";
import type { Format } from "../format.ts";
import type { TraceContext } from "../trace-context.ts";
import { legalTraceState } from "../trace-state.ts";

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

// Digits are matched much faster in runs than counted one by one: the dashes' places say how many there are. Version ff and
// ids of zeros are invalid.
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0+-)[0-9a-f]+-(?!0+-)[0-9a-f]+-[0-9a-f]{2}(?:-|$)/;
const LENGTH = 55;
const SAMPLED = 1;
const RANDOM = 2;

function read(carrier: Carrier): TraceContext | undefined {
  const value = carrier("traceparent");
  // At this length there is no room for blanks or a second value.
  const header = value?.length === LENGTH ? value : single(value);
  if (header === undefined || !TRACEPARENT.test(header)) return undefined;
  if (header.indexOf("-", 3) !== 35 || header.indexOf("-", 36) !== 52) return undefined;
  // Version 00 ends after the flags; a later version may go on behind another dash.
  if (header.length > LENGTH && header.startsWith("00")) return undefined;
  const bits = Number.parseInt(header.charAt(LENGTH - 1), 16);
  const context: Draft = {
    traceId: header.slice(3, 35),
    spanId: header.slice(36, 52),
    sampled: (bits & SAMPLED) !== 0,
  };
  if ((bits & RANDOM) !== 0) context.random = true;
  const traceState = legalTraceState(carrier("tracestate"));
  if (traceState) context.traceState = traceState;
  return context;
}

type Draft = { -readonly [Key in keyof TraceContext]: TraceContext[Key] };

function write({ traceId, spanId, sampled, random, traceState }: TraceContext): Record<string, string> {
  const flags = (sampled ? SAMPLED : 0) | (random ? RANDOM : 0);
  return {
    traceparent: `00-${traceId}-${spanId}-0${flags}`,
    ...(traceState && { tracestate: traceState }),
  };
}
