import type { TraceContext } from "@throughline/propagation";
import type { Attributes, Resolution, SpanPointer } from "@throughline/triggers";

export interface SpelledContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

export interface SpelledMessage {
  readonly context: SpelledContext | null;
  /** Left out where it points to nothing. */
  readonly pointers?: readonly SpanPointer[];
}

/** A resolution in JSON's terms. */
export interface Summary {
  readonly trigger: string;
  readonly kind: string;
  readonly parent: SpelledContext | null;
  readonly links: readonly Omit<SpelledContext, "sampled">[];
  readonly messages: readonly SpelledMessage[];
  readonly attributes: Attributes;
}

export function summarize({ trigger, parentage, messages, attributes }: Resolution): Summary {
  return {
    trigger: trigger.name,
    kind: trigger.kind,
    parent: spell(parentage.parent),
    links: parentage.links.map(({ traceId, spanId }) => ({ traceId, spanId })),
    messages: messages.map(({ context, pointers }) => ({
      context: spell(context),
      ...(pointers.length > 0 && { pointers }),
    })),
    attributes,
  };
}

/** What upstream left undecided is recorded: so decides the default sampler. */
export function spell(context: TraceContext | undefined): SpelledContext | null {
  if (!context) return null;
  const { traceId, spanId, sampled = true } = context;
  return { traceId, spanId, sampled };
}
