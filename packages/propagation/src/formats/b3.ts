import { type Carrier, single } from "../carrier.ts";
import type { Format } from "../format.ts";
import { isSpanId, isTraceId } from "../ids.ts";
import type { TraceContext } from "../trace-context.ts";

const SINGLE = "b3";
const TRACE_ID = "x-b3-traceid";
const SPAN_ID = "x-b3-spanid";
const SAMPLED = "x-b3-sampled";
const FLAGS = "x-b3-flags";
const keys = [SINGLE, TRACE_ID, SPAN_ID, SAMPLED, FLAGS];

/**
 * Zipkin's B3: `b3: {trace}-{span}-{sampled}-{parent}`, or one `x-b3-*` header each. Both are read, the single one wins; the
 * single one is written.
 *
 * No decision leaves it open; `d`, debug, is a decision to sample. A `b3: 0` alone names no trace and is no context.
 *
 * @see https://github.com/openzipkin/b3-propagation
 */
export const b3: Format = { name: "b3", keys, read, write: writeSingle };

/** The same format for receivers that know the `x-b3-*` headers only: `b3multi` in `OTEL_PROPAGATORS`. */
export const b3Multi: Format = { name: "b3multi", keys, read, write: writeMulti };

// The parent's parent, in the last place, is of no use to its grandchild.
const HEADER = /^([0-9a-f]{16,32})-([0-9a-f]{16})(?:-([01d])(?:-[0-9a-f]{16})?)?$/;

function read(carrier: Carrier): TraceContext | undefined {
  return readSingle(carrier) ?? readMulti(carrier);
}

function readSingle(carrier: Carrier): TraceContext | undefined {
  const parts = HEADER.exec(single(carrier(SINGLE))?.toLowerCase() ?? "");
  return parts ? toContext(parts[1], parts[2], parts[3]) : undefined;
}

function readMulti(carrier: Carrier): TraceContext | undefined {
  const traceId = single(carrier(TRACE_ID))?.toLowerCase();
  if (!traceId) return undefined;
  const debug = single(carrier(FLAGS)) === "1";
  return toContext(
    traceId,
    single(carrier(SPAN_ID))?.toLowerCase(),
    debug ? "d" : single(carrier(SAMPLED))?.toLowerCase(),
  );
}

function toContext(
  shortTraceId: string | undefined,
  spanId: string | undefined,
  decision: string | undefined,
): TraceContext | undefined {
  // Of 64 bits or 128; nothing between.
  const traceId = shortTraceId?.length === 16 ? shortTraceId.padStart(32, "0") : shortTraceId;
  if (!traceId || !isTraceId(traceId) || !spanId || !isSpanId(spanId)) return undefined;
  return { traceId, spanId, sampled: decision === undefined ? undefined : DECISIONS.get(decision) };
}

// The words are those of the first tracers; anything else leaves the decision open.
const DECISIONS: ReadonlyMap<string, boolean> = new Map([
  ["1", true],
  ["d", true],
  ["true", true],
  ["0", false],
  ["false", false],
]);

function writeSingle({ traceId, spanId, sampled }: TraceContext): Record<string, string> {
  const decision = sampled === undefined ? "" : sampled ? "-1" : "-0";
  return { [SINGLE]: `${traceId}-${spanId}${decision}` };
}

function writeMulti({ traceId, spanId, sampled }: TraceContext): Record<string, string> {
  return {
    [TRACE_ID]: traceId,
    [SPAN_ID]: spanId,
    ...(sampled !== undefined && { [SAMPLED]: sampled ? "1" : "0" }),
  };
}
