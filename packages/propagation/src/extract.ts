import { readBaggage } from "./baggage.ts";
import type { Carrier } from "./carrier.ts";
import type { Format } from "./format.ts";
import { b3 } from "./formats/b3.ts";
import { datadog, withDatadogState } from "./formats/datadog.ts";
import { dynatrace } from "./formats/dynatrace.ts";
import { w3c } from "./formats/w3c.ts";
import { xray } from "./formats/xray.ts";
import type { TraceContext } from "./trace-context.ts";

/** What is read when nobody chooses, in this order within one carrier. */
export const defaultFormats: readonly Format[] = [w3c, datadog, xray, b3, dynatrace];

/** A context and the format it was spelled in. */
export interface Extracted {
  readonly context: TraceContext;
  readonly format: string;
}

/**
 * The trace context a carrier holds, in the first of the formats that finds one; `undefined` when there is none.
 *
 * Where W3C and Datadog headers name the same trace, W3C's span is the parent, whatever the order: a service between that
 * knows only W3C leaves stale Datadog headers behind. Never throws.
 */
export function extract(
  carrier: Carrier,
  formats: readonly Format[] = defaultFormats,
): Extracted | undefined {
  for (const format of formats) {
    const context = readQuietly(format, carrier);
    if (!context) continue;
    const found = reconcile({ context, format: format.name }, carrier, formats);
    const baggage = readQuietly({ read: readBaggage }, carrier);
    return baggage ? { ...found, context: { ...found.context, baggage } } : found;
  }
  return undefined;
}

function reconcile(found: Extracted, carrier: Carrier, formats: readonly Format[]): Extracted {
  const other = found.format === w3c.name ? datadog : found.format === datadog.name ? w3c : undefined;
  if (!other || !formats.some((format) => format.name === other.name)) return found;
  const beside = readQuietly(other, carrier);
  if (beside?.traceId !== found.context.traceId) return found;
  return found.format === w3c.name
    ? { context: withDatadogState(found.context, beside), format: w3c.name }
    : { context: withDatadogState(beside, found.context), format: w3c.name };
}

/** A custom format, or an event full of proxies, may throw; the invocation must not notice. */
function readQuietly<Value>(format: { read(carrier: Carrier): Value | undefined }, carrier: Carrier) {
  try {
    return format.read(carrier);
  } catch {
    return undefined;
  }
}
