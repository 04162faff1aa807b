import { diag, type Span, SpanStatusCode } from "@opentelemetry/api";
import { ERROR_TYPE, HTTP_RESPONSE_STATUS_CODE, type Outcome } from "@throughline/triggers";

/** How an invocation went: it gave a result, or threw. */
export type Ending = { readonly result: unknown } | { readonly error: unknown };

/** Says on the span how it went, and ends it. Never throws. */
export function endSpan(
  span: Span,
  ending: Ending,
  outcomeOf: (result: unknown) => Outcome | undefined,
): void {
  quietly(() => {
    if ("error" in ending) recordError(span, ending.error);
    else recordOutcome(span, outcomeOf(ending.result));
  });
  quietly(() => span.end());
}

function recordOutcome(span: Span, { statusCode }: Outcome = {}): void {
  if (statusCode === undefined) return;
  span.setAttribute(HTTP_RESPONSE_STATUS_CODE, statusCode);
  if (statusCode >= 500) setError(span, String(statusCode));
}

function recordError(span: Span, error: unknown): void {
  const described = describe(error);
  setError(span, described.name, described.message);
  span.recordException(described);
}

/** Says on the span that what it stands for failed, and of what kind the failure was. */
export function setError(span: Span, type: string, message?: string): void {
  span.setAttribute(ERROR_TYPE, type);
  span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
}

/** JavaScript throws anything; a value that is no error is described as the runtime describes it to the caller. */
function describe(error: unknown): { name: string; message: string; stack?: string } {
  try {
    if (!(error instanceof Error)) return { name: typeof error, message: String(error) };
    const { name, message, stack } = error;
    return { name: String(name || "Error"), message: String(message), ...(stack && { stack }) };
  } catch {
    return { name: "_OTHER", message: "" }; // The conventions' word for an error that says nothing of itself.
  }
}

function quietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    diag.error("Throughline: the invocation's span could not be ended as it should", error);
  }
}
