/** A span as a tracer names it: 32 and 16 hex digits. */
export interface Ids {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/** What a reader found, if anything. */
export type Found = { readonly [Key in keyof Ids]?: Ids[Key] | undefined } | null | undefined;

/**
 * Wherein what was found in an event's messages differs from what was written: `same`, or for each message `same`, `nothing` (was
 * found), or what differs.
 */
export function verdict(found: readonly Found[], written: Ids): string {
  const each = found.map((one) => compare(one, written));
  return each.length > 0 && each.every((one) => one === "same") ? "same" : each.join("; ") || "nothing";
}

function compare(found: Found, written: Ids): string {
  if (!found?.spanId || !found.traceId) return "nothing";
  const half = found.traceId.slice(16) === written.traceId.slice(16);
  const differs = [
    found.traceId === written.traceId ? "" : half ? "upper half of the trace id" : "trace id",
    found.spanId === written.spanId ? "" : "span id",
    found.sampled === written.sampled ? "" : "decision",
  ].filter((name) => name !== "");
  return differs.join(", ") || "same";
}
