import { createFlusher, type Sink, startProvider } from "@throughline/exporter";
import { ensureContextManager, startInvocation } from "@throughline/otel";
import { around } from "./around.ts";
import { extracting } from "./extracting.ts";
import { CONTEXT_KEYS, type ContextOptions, checkKeys, checkTimeout, resolveOptions } from "./options.ts";
import { type Middleware, remainingTime } from "./request.ts";

export interface TracingOptions extends ContextOptions {
  /** Where spans go. Default as `OTEL_TRACES_EXPORTER` says, OTLP over HTTP when it says nothing. */
  readonly sink?: Sink | undefined;
  /** Milliseconds that a flush may take. Default `OTEL_EXPORTER_OTLP_TIMEOUT`, else 1000. */
  readonly timeout?: number | undefined;
}

const KEYS: readonly (keyof TracingOptions)[] = [...CONTEXT_KEYS, "sink", "timeout"];

/**
 * Spans each invocation, continuing the trace its event brought, and exports it.
 *
 * Use it first: Middy runs `after` hooks in reverse, so it then also sees what the others did. Where somebody registered a
 * tracer provider before (a layer, you), that one gets the spans, and flushing them stays its affair or `flush()`'s.
 *
 * @throws TypeError when an option is wrong, naming it and what it may be.
 * @example
 * export const handler = middy(work).use(tracing());
 */
export function tracing(options: TracingOptions = {}): Middleware {
  checkKeys("tracing", options, KEYS);
  checkTimeout("tracing", options.timeout);
  const resolving = resolveOptions("tracing", options);
  if (process.env.OTEL_SDK_DISABLED?.toLowerCase() === "true") return around("tracing", () => undefined);
  const started = startProvider({ sink: options.sink });
  const flusher = started && createFlusher(started.flush, { timeout: options.timeout });
  ensureContextManager();
  return around("tracing", (request, chain) =>
    extracting(resolving, request, chain, (extracted, activate) => {
      const { event, context } = request;
      const invocation = startInvocation(event, context, {
        ...resolving,
        extracted,
        decide: started?.decide,
      });
      const deactivate = activate(invocation.context);
      flusher?.started(context?.awsRequestId);
      return {
        end(ending) {
          invocation.end(ending);
          deactivate();
          return flusher?.ended(context?.awsRequestId, remainingTime(context));
        },
      };
    }),
  );
}
