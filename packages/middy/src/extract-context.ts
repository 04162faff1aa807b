import { ROOT_CONTEXT } from "@opentelemetry/api";
import { readRuntime, toContext } from "@throughline/otel";
import { resolve } from "@throughline/triggers";
import { around } from "./around.ts";
import { type ContextOptions, checkKeys, resolveOptions } from "./options.ts";
import type { Middleware } from "./request.ts";
import { warnNotActive } from "./warn-not-active.ts";

const KEYS = ["formats", "merge", "batch", "xraySampling", "triggers"] satisfies (keyof ContextOptions)[];

/**
 * Makes the trace context that the event brought the active one, without a span of its own: spans that the handler starts,
 * `getTraceHeaders()` and log lines continue the caller's trace.
 *
 * For functions that start their own spans or only pass traces on; `tracing()` does this and more.
 *
 * @throws TypeError when an option is wrong, naming it and what it may be.
 * @example
 * export const handler = middy(work).use(extractContext());
 */
export function extractContext(options: ContextOptions = {}): Middleware {
  checkKeys("extractContext", options, KEYS);
  const resolving = resolveOptions("extractContext", options);
  return around("extractContext", ({ event, context }, chain) => {
    const { parent } = resolve(event, context, readRuntime(context), resolving).parentage;
    if (!parent) return undefined;
    const deactivate = chain.activate(toContext(ROOT_CONTEXT, parent));
    if (!deactivate) warnNotActive();
    return {
      end() {
        deactivate?.();
        return undefined;
      },
    };
  });
}
