/**
 * One span's place in a trace, as a plain value: what arrives, what is merged, and what is passed on.
 *
 * Ids are lower-case hex in W3C form whatever format they were read in, so contexts of different formats compare.
 */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  /** The upstream sampling decision; `undefined` when upstream left it open. */
  readonly sampled: boolean | undefined;
  /** The W3C level 2 flag: the trace id's right-most 7 bytes are random. */
  readonly random?: boolean | undefined;
  /** W3C `tracestate` list. Datadog's priority, origin and tags live in its `dd=` member, wherever they came from. */
  readonly traceState?: string | undefined;
  /** X-Ray fields other than Root, Parent and Sampled (`Lineage`, `Self`, …), in their order, to be passed on. */
  readonly xrayFields?: string | undefined;
  /** W3C `baggage` list. */
  readonly baggage?: string | undefined;
}

/** Whether two contexts name the same span. */
export function sameSpan(a: TraceContext, b: TraceContext): boolean {
  return a.traceId === b.traceId && a.spanId === b.spanId;
}

/** A key that two contexts share when, and only when, they name the same span. */
export function spanKey({ traceId, spanId }: TraceContext): string {
  return `${traceId}-${spanId}`;
}
