import { datadog, w3c, xray } from "@throughline/propagation";

/** Headers that carry a trace context, flat and in lower case: what `getTraceHeaders()` gives. */
export type Carried = Readonly<Record<string, string>>;

/** What became of a context that had too little room: some of it was left out, or all of it. */
export type Shortage = "reduced" | "skipped";

/** Whether there is no context to carry; nor is there in what plain JavaScript left out, which must not fail a handler. */
export function isNothing(carried: Carried | undefined): boolean {
  return Object.keys(carried ?? {}).length === 0;
}

/** How large a thing may become that a context is put into, and who hears of it when that was too little. */
export interface Room {
  /** UTF-8 bytes of the whole, the context included. Default no bound. */
  readonly maxBytes?: number | undefined;
  /** Called when the context had to be reduced or left out. */
  readonly onShortage?: ((shortage: Shortage) => void) | undefined;
}

/** As much of the context as there is room for; `undefined` for none of it. `sizeOf` says how large the whole would be with it. */
export function fitting(
  carried: Carried,
  sizeOf: (level: Carried) => number,
  { maxBytes, onShortage }: Room,
): Carried | undefined {
  if (isNothing(carried)) return undefined;
  for (const level of reductions(carried)) {
    if (maxBytes !== undefined && sizeOf(level) > maxBytes) continue;
    if (level !== carried) onShortage?.("reduced");
    return level;
  }
  onShortage?.("skipped");
  return undefined;
}

/**
 * The same context in ever less: whole, without baggage, without the other dialects, without trace state. The last one is
 * still right by itself; a `traceparent` is never cut.
 */
export function* reductions(carried: Carried): Generator<Carried> {
  yield carried;
  const { baggage, ...context } = carried;
  if (baggage !== undefined) yield context;
  const { traceparent, tracestate } = context;
  if (traceparent === undefined) return;
  if (tracestate !== undefined) yield { traceparent, tracestate };
  if (Object.keys(context).length > 1) yield { traceparent };
}

/** The headers that Datadog's tracers and X-Ray's keep under `_datadog`, beside what is spelled as an attribute of its own. */
export function isWrapped(key: string): boolean {
  return datadog.keys.includes(key) || xray.keys.includes(key);
}

/** Whether a key belongs to W3C's headers, or travels with them. */
export function isStandard(key: string): boolean {
  return w3c.keys.includes(key) || key === "baggage";
}
