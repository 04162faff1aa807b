import type { TextMapPropagator } from "@opentelemetry/api";
import {
  choiceFromEnvironment,
  type Extractor,
  formatsFromEnvironment,
  loadExtractor,
  spanPointersFromEnvironment,
  toFormats,
} from "@throughline/otel";
import {
  type BatchMode,
  defaultFormats,
  type Format,
  type MergeMode,
  xray,
  xrayHonored,
} from "@throughline/propagation";
import type { ResolveOptions, Trigger } from "@throughline/triggers";
import type { Extracting } from "./extracting.ts";

/** How trace contexts are read and merged. */
export interface ContextOptions {
  /**
   * The wire formats to look for, in this order within one place: ours, or any OpenTelemetry propagator.
   * Default `OTEL_PROPAGATORS`, else W3C, Datadog, X-Ray, B3, Dynatrace.
   */
  readonly formats?: readonly (Format | TextMapPropagator)[] | undefined;
  /** Which context is the parent when the event and Lambda's runtime both bring one. Default `THROUGHLINE_MERGE`, else `"event"`. */
  readonly merge?: MergeMode | undefined;
  /** How a batch's messages become parent and links. Default `THROUGHLINE_BATCH`, else `"auto"`. */
  readonly batch?: BatchMode | undefined;
  /** Whether an X-Ray header's `Sampled=0` is obeyed (`"honor"`) or our sampler decides. Default `THROUGHLINE_XRAY_SAMPLING`, else `"decide"`. */
  readonly xraySampling?: "decide" | "honor" | undefined;
  /**
   * Your own way to find the trace context, asked before the event is read. Default what `THROUGHLINE_TRACE_EXTRACTOR` (or
   * `DD_TRACE_EXTRACTOR`) names, `path/file.function` under the task root; a bundler does not follow that, so pass the function.
   */
  readonly extractor?: Extractor | undefined;
  /**
   * Whether the span of `tracing()` points to S3 objects and DynamoDB items that the event tells were written, so that it is linked
   * with their writer's. Default `THROUGHLINE_SPAN_POINTERS` (or `DD_TRACE_AWS_ADD_SPAN_POINTERS`), else yes.
   */
  readonly spanPointers?: boolean | undefined;
  /** The triggers to tell apart. Default all. */
  readonly triggers?: readonly Trigger[] | undefined;
}

const MERGE: readonly MergeMode[] = ["event", "xray", "link"];
const BATCH: readonly BatchMode[] = ["auto", "first", "links"];
const XRAY_SAMPLING: readonly ("decide" | "honor")[] = ["decide", "honor"];
const KNOWN: Readonly<Record<string, readonly (string | boolean)[]>> = {
  merge: MERGE,
  batch: BATCH,
  xraySampling: XRAY_SAMPLING,
  spanPointers: [true, false],
};

/**
 * The options as `resolve` takes them, joined with the environment.
 *
 * @throws TypeError naming the option that is wrong and what it may be.
 */
export function resolveOptions(factory: string, options: ContextOptions): ResolveOptions & Extracting {
  checkValues(factory, options, KNOWN);
  const {
    merge = mergeFromEnvironment(),
    batch = choiceFromEnvironment("THROUGHLINE_BATCH", BATCH),
    xraySampling = choiceFromEnvironment("THROUGHLINE_XRAY_SAMPLING", XRAY_SAMPLING),
    spanPointers = spanPointersFromEnvironment(),
    triggers,
  } = options;
  checkArray(factory, "triggers", triggers, "triggers, such as [sqs]");
  for (const trigger of triggers ?? []) {
    if (typeof trigger?.match !== "function" || typeof trigger.messages !== "function")
      throw new TypeError(
        `${factory}({ triggers }): one of them is no trigger: expected some of @throughline/triggers' sources`,
      );
  }
  const chosen = options.formats && toFormats(factory, options.formats);
  const formats = (chosen ?? formatsFromEnvironment() ?? defaultFormats).map((format) =>
    format === xray && xraySampling === "honor" ? xrayHonored : format,
  );
  return { formats, merge, batch, spanPointers, triggers, extractor: extractorOf(factory, options) };
}

/** The extractor that the options or the environment name. */
function extractorOf(
  factory: string,
  { extractor }: ContextOptions,
  { THROUGHLINE_TRACE_EXTRACTOR, DD_TRACE_EXTRACTOR }: NodeJS.ProcessEnv = process.env,
): Extractor | undefined {
  const setting = THROUGHLINE_TRACE_EXTRACTOR || DD_TRACE_EXTRACTOR;
  if (extractor === undefined) return setting ? loadExtractor(setting) : undefined;
  if (typeof extractor === "function") return extractor;
  throw new TypeError(`${factory}({ extractor: ${JSON.stringify(extractor)} }): expected a function`);
}

/** The options that every factory which reads contexts has. */
export const CONTEXT_KEYS: readonly (keyof ContextOptions)[] = [
  "formats",
  "merge",
  "batch",
  "xraySampling",
  "extractor",
  "spanPointers",
  "triggers",
];

/** Throws for a key that no option has. */
export function checkKeys(factory: string, options: unknown, keys: readonly string[]): void {
  if (typeof options !== "object" || options === null)
    throw new TypeError(`${factory}(): expected an object of options`);
  const unknown = Object.keys(options).find((key) => !keys.includes(key));
  if (unknown === undefined) return;
  throw new TypeError(`${factory}({ ${unknown} }): no such option; there are ${keys.join(", ")}`);
}

function checkArray(factory: string, name: string, value: unknown, expected: string): void {
  if (value === undefined || Array.isArray(value)) return;
  throw new TypeError(`${factory}({ ${name}: ${JSON.stringify(value)} }): expected an array of ${expected}`);
}

/** Throws for what is neither true nor false. */
export function checkBoolean(factory: string, name: string, value: unknown): void {
  if (value === undefined || typeof value === "boolean") return;
  throw new TypeError(`${factory}({ ${name}: ${JSON.stringify(value)} }): expected true or false`);
}

/** Throws for what is no sink. */
export function checkSink(factory: string, sink: unknown): void {
  if (sink === undefined || typeof (sink as { send?: unknown } | null)?.send === "function") return;
  throw new TypeError(
    `${factory}({ sink: ${JSON.stringify(sink)} }): expected a sink, such as otlp({ url })`,
  );
}

/** Throws for a timeout that is no positive number of milliseconds. */
export function checkTimeout(factory: string, timeout: unknown): void {
  if (timeout === undefined || (typeof timeout === "number" && timeout > 0)) return;
  throw new TypeError(
    `${factory}({ timeout: ${String(timeout)} }): expected a positive number of milliseconds`,
  );
}

function checkValues(factory: string, options: ContextOptions, known: typeof KNOWN): void {
  for (const [name, values] of Object.entries(known)) {
    const value = options[name as keyof ContextOptions];
    if (value === undefined || values.includes(value as string)) continue;
    const expected = values.map((one) => JSON.stringify(one)).join(", ");
    throw new TypeError(`${factory}({ ${name}: ${JSON.stringify(value)} }): expected ${expected}`);
  }
}

/** `DD_MERGE_XRAY_TRACES=true` is what Datadog's users say. */
function mergeFromEnvironment({ DD_MERGE_XRAY_TRACES } = process.env): MergeMode | undefined {
  const merge = choiceFromEnvironment("THROUGHLINE_MERGE", MERGE);
  return merge ?? (DD_MERGE_XRAY_TRACES === "true" ? "xray" : undefined);
}
