import { context as contextApi, createContextKey, trace } from "@opentelemetry/api";
import { createFlusher, logAsAsked, type Sink, startProvider } from "@throughline/exporter";
import { ensureContextManager, startInvocation } from "@throughline/otel";
import { type HttpOptions, listenToHttp, resolveHttpOptions, withoutHttpSpans } from "@throughline/outgoing";
import { around } from "./around.ts";
import { extracting } from "./extracting.ts";
import { checkInstrumentations, type Instrumentation, instrument } from "./instrumentations.ts";
import {
  CONTEXT_KEYS,
  type ContextOptions,
  checkBoolean,
  checkKeys,
  checkSink,
  checkTimeout,
  resolveOptions,
} from "./options.ts";
import { type Middleware, remainingTime } from "./request.ts";

export interface TracingOptions extends ContextOptions {
  /** Where spans go. Default as `OTEL_TRACES_EXPORTER` says, OTLP over HTTP when it says nothing. */
  readonly sink?: Sink | undefined;
  /** Milliseconds that a flush may take. Default `OTEL_EXPORTER_OTLP_TIMEOUT`, else 1000. */
  readonly timeout?: number | undefined;
  /**
   * Which requests of `fetch`, undici and `node:http(s)` get spans and trace headers; `false` for none. Default all that are made
   * within an invocation. The first `tracing()` of a process that does not say `false` decides for all.
   */
  readonly http?: HttpOptions | false | undefined;
  /**
   * Whether an API Gateway authorizer hands its trace to the function behind it, in its answer's `context._datadog`.
   * Default true, unless `DD_ENCODE_AUTHORIZER_CONTEXT` is `false`.
   */
  readonly authorizer?: boolean | undefined;
  /** OpenTelemetry instrumentations of the libraries you use: their spans go the way of the invocation's. Default none. */
  readonly instrumentations?: readonly Instrumentation[] | undefined;
}

const KEYS: readonly (keyof TracingOptions)[] = [
  ...CONTEXT_KEYS,
  "sink",
  "timeout",
  "http",
  "authorizer",
  "instrumentations",
];

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
  logAsAsked();
  checkKeys("tracing", options, KEYS);
  checkTimeout("tracing", options.timeout);
  checkSink("tracing", options.sink);
  const http = options.http === false ? undefined : resolveHttpOptions("tracing({ http })", options.http);
  checkBoolean("tracing", "authorizer", options.authorizer);
  checkInstrumentations("tracing", options.instrumentations);
  const resolving = resolveOptions("tracing", options);
  const { authorizer = process.env.DD_ENCODE_AUTHORIZER_CONTEXT?.toLowerCase() !== "false" } = options;
  if (process.env.OTEL_SDK_DISABLED?.toLowerCase() === "true") return around("tracing", () => undefined);
  const started = startProvider({ sink: options.sink });
  const tracer = started?.provider.getTracer("@throughline/middy");
  const flusher = started && createFlusher(started.flush, { timeout: options.timeout });
  ensureContextManager();
  if (http) listenToHttp(http);
  instrument(options.instrumentations ?? [], started?.provider ?? trace.getTracerProvider());
  return around("tracing", (request, chain) => {
    const { event, context } = request;
    const requestId = context?.awsRequestId;
    if (isTraced(requestId)) return undefined;
    return extracting(resolving, request, chain, (extracted, activate) => {
      const invocation = startInvocation(event, context, {
        ...resolving,
        extracted,
        tracer,
        decide: started?.decide,
      });
      const traced = invocation.context.setValue(TRACED, requestId);
      // Another function of this process may have asked for spans.
      const deactivate = activate(http ? traced : withoutHttpSpans(traced));
      flusher?.started(requestId);
      return {
        answer: (result) => (authorizer ? invocation.passOn(result) : result),
        end(ending) {
          invocation.end(ending);
          deactivate();
          return flusher?.ended(requestId, remainingTime(context));
        },
      };
    });
  });
}

const TRACED = createContextKey("@throughline/traced");

/** Whether a handler that is traced called this one, with the same context: a router its routes, say. */
function isTraced(requestId: string | undefined): boolean {
  return requestId !== undefined && contextApi.active().getValue(TRACED) === requestId;
}
