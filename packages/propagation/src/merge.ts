import { sameSpan, spanKey, type TraceContext } from "./trace-context.ts";

/** Where a span hangs: the one answer made of all the contexts that came. */
export interface Parentage {
  readonly parent: TraceContext | undefined;
  readonly links: readonly TraceContext[];
}

/** How several messages' contexts become one parentage. */
export type BatchMode = "auto" | "first" | "links";

/** Which of the event's and the runtime's (X-Ray) context is the parent. */
export type MergeMode = "event" | "xray" | "link";

/**
 * The parentage of a batch, from its messages' contexts in their order.
 *
 * - `auto`: messages of one trace: the first is the parent, other spans of it are links; several traces: a new root, all linked.
 * - `first`: the first context is the parent, the others are linked.
 * - `links`: a new root, all linked.
 */
export function batch(contexts: readonly (TraceContext | undefined)[], mode: BatchMode = "auto"): Parentage {
  const distinct = unique(contexts.filter((context) => context !== undefined));
  const [first, ...others] = distinct;
  const adopts =
    mode === "first" || (mode === "auto" && others.every(({ traceId }) => traceId === first?.traceId));
  return adopts ? { parent: first, links: others } : { parent: undefined, links: distinct };
}

/**
 * Puts the runtime's X-Ray context to what the event brought.
 *
 * - `event`: the event's context is the parent. The runtime's is linked when it is sampled and of another trace, and is the
 *   parent only when the event brought none and it is sampled.
 * - `xray`: the runtime's is the parent, the event's are linked.
 * - `link`: a new root, everything linked.
 */
export function merge(
  { event, runtime }: { readonly event: Parentage; readonly runtime: TraceContext | undefined },
  mode: MergeMode = "event",
): Parentage {
  if (!runtime) return mode === "link" ? { parent: undefined, links: all(event) } : event;
  const contexts = all(event);
  if (mode === "xray")
    return { parent: runtime, links: contexts.filter((context) => !sameSpan(context, runtime)) };
  if (mode === "link") return { parent: undefined, links: unique([...contexts, runtime]) };
  if (!runtime.sampled) return event;
  if (contexts.length === 0) return { parent: runtime, links: [] };
  const known = contexts.some(({ traceId }) => traceId === runtime.traceId);
  return known ? event : { parent: event.parent, links: [...event.links, runtime] };
}

function all({ parent, links }: Parentage): TraceContext[] {
  return parent ? [parent, ...links] : [...links];
}

function unique(contexts: readonly TraceContext[]): TraceContext[] {
  const spans = new Map<string, TraceContext>();
  for (const context of contexts) {
    if (!spans.has(spanKey(context))) spans.set(spanKey(context), context);
  }
  return [...spans.values()];
}
