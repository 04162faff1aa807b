import { diag, type TracerProvider } from "@opentelemetry/api";
import { shared } from "@throughline/otel";

/**
 * An OpenTelemetry instrumentation, in what is asked of one here: `new PgInstrumentation()`, or each of
 * `getNodeAutoInstrumentations()`.
 *
 * Spelled here, so that our types ask for no version of `@opentelemetry/instrumentation`.
 */
export interface Instrumentation {
  setTracerProvider(provider: TracerProvider): void;
  enable(): void;
  getConfig?(): { readonly enabled?: boolean | undefined };
}

/**
 * Has each instrumentation make its spans with the provider, and enables those that are not. Each once, however often it comes:
 * the first provider stays. What fails is said and passed over.
 */
export function instrument(instrumentations: readonly Instrumentation[], provider: TracerProvider): void {
  const known = shared("instrumentations", () => new WeakSet<Instrumentation>());
  for (const instrumentation of instrumentations) {
    if (known.has(instrumentation)) continue;
    known.add(instrumentation);
    try {
      // It may be older than the provider, and have asked the API for a tracer when there was none.
      instrumentation.setTracerProvider(provider);
      // They enable themselves when they are made, unless told not to; twice would patch twice.
      if (instrumentation.getConfig?.().enabled !== true) instrumentation.enable();
    } catch (error) {
      diag.error("Throughline: an instrumentation could not be registered", error);
    }
  }
}

/** Throws for what is no list of instrumentations. */
export function checkInstrumentations(factory: string, value: unknown): void {
  if (value === undefined) return;
  const index = Array.isArray(value) ? value.findIndex((each) => !isInstrumentation(each)) : undefined;
  if (index === -1) return;
  const which = index === undefined ? "" : `: [${index}]`;
  throw new TypeError(
    `${factory}({ instrumentations${which} }): expected OpenTelemetry instrumentations, such as [new PgInstrumentation()]`,
  );
}

function isInstrumentation(value: unknown): value is Instrumentation {
  const { setTracerProvider, enable } = Object(value) as Partial<Instrumentation>;
  return typeof setTracerProvider === "function" && typeof enable === "function";
}
