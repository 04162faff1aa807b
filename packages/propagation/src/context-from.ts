import { headers } from "./carriers/headers.ts";
import { extract } from "./extract.ts";
import type { Format } from "./format.ts";
import { datadog } from "./formats/datadog.ts";
import { hexToDecimal, isSpanId, isTraceId } from "./ids.ts";
import type { TraceContext } from "./trace-context.ts";

/**
 * The trace context that a custom extractor's result means; `undefined` when it means none. It may be
 *
 * - a `TraceContext`,
 * - a record of headers in any of the formats,
 * - what Datadog's extractors return: `{ traceId | traceID, parentId | parentID, sampleMode }`, ids in decimal or hex.
 *
 * Never throws.
 */
export function contextFrom(result: unknown, formats?: readonly Format[]): TraceContext | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  try {
    if (isTraceContext(result)) return result;
    return extract(headers(result), formats)?.context ?? fromDatadog(result as DatadogResult);
  } catch {
    return undefined; // A getter of the result threw.
  }
}

function isTraceContext(result: object): result is TraceContext {
  const { traceId, spanId } = result as Partial<TraceContext>;
  return isTraceId(String(traceId)) && isSpanId(String(spanId));
}

interface DatadogResult {
  readonly traceId?: unknown;
  readonly traceID?: unknown;
  readonly parentId?: unknown;
  readonly parentID?: unknown;
  readonly sampleMode?: unknown;
}

function fromDatadog(result: DatadogResult): TraceContext | undefined {
  const traceId = toHex(result.traceId ?? result.traceID);
  const spanId = toHex(result.parentId ?? result.parentID);
  if (!traceId || !spanId || spanId.length > 16) return undefined;
  const carrier = headers({
    "x-datadog-trace-id": hexToDecimal(traceId.slice(-16)),
    "x-datadog-parent-id": hexToDecimal(spanId),
    "x-datadog-sampling-priority": result.sampleMode === undefined ? undefined : String(result.sampleMode),
    "x-datadog-tags": `_dd.p.tid=${traceId.slice(0, -16).padStart(16, "0")}`,
  });
  return datadog.read(carrier);
}

const DECIMAL = /^[0-9]{1,20}$/;
const HEX = /^[0-9a-f]{1,32}$/;

/** Digits alone are decimal, as Datadog spells ids, unless there are 32 of them. */
function toHex(id: unknown): string | undefined {
  const text = String(id).toLowerCase().replace(/^0x/, "");
  if (DECIMAL.test(text)) return BigInt(text).toString(16).padStart(16, "0");
  return HEX.test(text) ? text.padStart(16, "0") : undefined;
}
