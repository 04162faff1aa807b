import { INVALID_SPAN_CONTEXT, type Link } from "@opentelemetry/api";
import type { SpanPointer } from "@throughline/triggers";

/**
 * A span pointer as a link: it has no ids, and joins the span at its other end by kind and hash. Whoever wrote links
 * downstream (`"d"`), whoever is told of it upstream (`"u"`).
 *
 * The conventions have no keys for it; these are Datadog's, whose back end joins such links.
 */
export function pointerLink({ kind, hash }: SpanPointer, direction: "u" | "d"): Link {
  return {
    context: INVALID_SPAN_CONTEXT,
    attributes: {
      "link.kind": "span-pointer",
      "ptr.kind": kind,
      "ptr.dir": direction,
      "ptr.hash": hash,
    },
  };
}
