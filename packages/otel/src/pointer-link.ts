import { INVALID_SPAN_CONTEXT, type Link } from "@opentelemetry/api";
import type { SpanPointer } from "@throughline/triggers";
import { choiceFromEnvironment } from "./choice.ts";

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

/** Whether the environment wants span pointers; `undefined` when it does not say. Datadog's users may have said it already. */
export function spanPointersFromEnvironment(env: NodeJS.ProcessEnv = process.env): boolean | undefined {
  const said =
    choiceFromEnvironment("THROUGHLINE_SPAN_POINTERS", ["true", "false"], env) ??
    choiceFromEnvironment("DD_TRACE_AWS_ADD_SPAN_POINTERS", ["true", "false"], env);
  return said === undefined ? undefined : said === "true";
}
