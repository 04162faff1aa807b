import { type Context, createContextKey } from "@opentelemetry/api";

// As `@opentelemetry/core` has it; keys of the same description are the same.
const SUPPRESSED = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/** Whether somebody does not want spans here: an exporter at its own work, say. */
export function isSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESSED) === true;
}

const WITHOUT_HTTP = createContextKey("@throughline/without-http-spans");

/**
 * The context of a call that has a span of its own already: its HTTP requests get none, and no headers, until it is over. What reads
 * an answer's stream runs in it still, and makes requests of its own.
 */
export function withoutHttpSpans(context: Context, call: { readonly over: boolean } = ALWAYS): Context {
  return context.setValue(WITHOUT_HTTP, call);
}

const ALWAYS = { over: false };

export function isWithoutHttpSpans(context: Context): boolean {
  const call = context.getValue(WITHOUT_HTTP) as { readonly over: boolean } | undefined;
  return call !== undefined && !call.over;
}
