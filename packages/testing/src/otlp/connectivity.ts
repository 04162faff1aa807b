import type { ReceivedLink, ReceivedSpan } from "./received-span.ts";

/** How far a set of spans hangs together. */
export interface Connectivity {
  /** Whether all of them form one trace, joined by trace ids, links and span pointers; false when there are none. */
  readonly connected: boolean;
  /** The groups that are connected among themselves, in order of their first span's start. */
  readonly components: readonly (readonly ReceivedSpan[])[];
  /** Spans whose parent is not in the set: continued from elsewhere, or the parent was lost. */
  readonly missingParents: readonly ReceivedSpan[];
}

/**
 * Says whether spans form one connected trace.
 *
 * A link joins the trace it names, also when that trace's own spans are not in the set. Span pointers have no ids; the two
 * that name the same kind and hash join.
 */
export function connectivity(spans: readonly ReceivedSpan[]): Connectivity {
  const parts = new Partition();
  for (const { traceId, links } of spans) {
    for (const link of links) parts.join(traceId, pointerKey(link) ?? link.traceId);
  }
  const components = new Map<string, ReceivedSpan[]>();
  for (const span of spans.toSorted(byStart)) {
    const root = parts.root(span.traceId);
    components.set(root, [...(components.get(root) ?? []), span]);
  }
  const known = new Set(spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`));
  return {
    connected: components.size === 1,
    components: [...components.values()],
    missingParents: spans.filter(
      ({ traceId, parentSpanId }) => parentSpanId !== undefined && !known.has(`${traceId}/${parentSpanId}`),
    ),
  };
}

/** What two span pointers to the same thing have in common; `undefined` for a link that names a span. */
export function pointerKey({ attributes }: ReceivedLink): string | undefined {
  const hash = attributes["ptr.hash"];
  return hash === undefined ? undefined : `${attributes["ptr.kind"]} ${hash}`;
}

/** Orders spans by their start. */
export function byStart(a: ReceivedSpan, b: ReceivedSpan): number {
  if (a.startTimeUnixNano === b.startTimeUnixNano) return 0;
  return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1;
}

/** Union-find over names. */
class Partition {
  readonly #parents = new Map<string, string>();

  root(name: string): string {
    const parent = this.#parents.get(name);
    return parent === undefined ? name : this.root(parent);
  }

  join(a: string, b: string): void {
    const [from, to] = [this.root(a), this.root(b)];
    if (from !== to) this.#parents.set(from, to);
  }
}
