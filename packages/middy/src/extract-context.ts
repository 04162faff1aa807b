import { extractRemote } from "@throughline/otel";
import { around } from "./around.ts";
import { extracting } from "./extracting.ts";
import { CONTEXT_KEYS, type ContextOptions, checkKeys, resolveOptions } from "./options.ts";
import type { Middleware } from "./request.ts";

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
  checkKeys("extractContext", options, CONTEXT_KEYS);
  // There is no span that could point to anything.
  const resolving = { ...resolveOptions("extractContext", options), spanPointers: false };
  return around("extractContext", (request, chain) =>
    extracting(resolving, request, chain, (extracted, activate) => {
      const { event, context } = request;
      const deactivate = activate(extractRemote(event, context, { ...resolving, extracted }).context);
      return {
        end() {
          deactivate();
          return undefined;
        },
      };
    }),
  );
}
