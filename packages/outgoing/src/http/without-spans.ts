import { type Context, createContextKey } from "@opentelemetry/api";

const WITHOUT = createContextKey("@throughline/without-http-spans");
// `suppressTracing` of @opentelemetry/core sets it; keys of one name are the same key.
const SUPPRESSED = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/** The context, in which HTTP requests get neither span nor headers: for those who trace above HTTP. */
export function withoutHttpSpans(onto: Context): Context {
  return onto.setValue(WITHOUT, true);
}

/** Whether requests made within this context are to be left alone. */
export function isWithoutHttpSpans(within: Context): boolean {
  return within.getValue(WITHOUT) === true || within.getValue(SUPPRESSED) === true;
}
