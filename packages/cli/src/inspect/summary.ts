import type { TraceContext } from "@throughline/propagation";
import type { Attributes, Resolution } from "@throughline/triggers";

export interface SpelledContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/** A resolution in JSON's terms. */
export interface Summary {
  readonly trigger: string;
  readonly kind: string;
  readonly parent: SpelledContext | null;
  readonly links: readonly Omit<SpelledContext, "sampled">[];
  readonly messages: readonly { readonly context: SpelledContext | null }[];
  readonly attributes: Attributes;
}

export function summarize({ trigger, parentage, messages, attributes }: Resolution): Summary {
  return {
    trigger: trigger.name,
    kind: trigger.kind,
    parent: spell(parentage.parent),
    links: parentage.links.map(({ traceId, spanId }) => ({ traceId, spanId })),
    messages: messages.map(({ context }) => ({ context: spell(context) })),
    attributes,
  };
}

/** What upstream left undecided is recorded: so decides the default sampler. */
export function spell(context: TraceContext | undefined): SpelledContext | null {
  if (!context) return null;
  const { traceId, spanId, sampled = true } = context;
  return { traceId, spanId, sampled };
}
