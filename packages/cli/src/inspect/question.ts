import { defaultFormats, type Format } from "@throughline/propagation";
import { type Resolution, type ResolveOptions, resolve } from "@throughline/triggers";
import { UsageError } from "../errors.ts";

/** An event and what came with it, as somebody asks: nothing of it is checked yet. */
export interface Question {
  readonly event: unknown;
  readonly context?: unknown;
  readonly xray?: unknown;
  readonly options?: Choices | undefined;
}

/** Options as they are written: texts, or nothing. */
export interface Choices {
  readonly formats?: unknown;
  readonly merge?: unknown;
  readonly batch?: unknown;
}

/** What is made of the event, and the options that were in force. `prefix` is how messages call an option. */
export function examine(
  { event, context, xray, options: choices = {} }: Question,
  prefix: string,
): { resolution: Resolution; options: ResolveOptions } {
  const options: ResolveOptions = {
    formats: toFormats(choices.formats, `${prefix}formats`),
    merge: oneOf(["event", "xray", "link"], choices.merge, `${prefix}merge`),
    batch: oneOf(["auto", "first", "links"], choices.batch, `${prefix}batch`),
  };
  const lambdaContext = isObject(context) ? context : undefined;
  const xRayTraceId = toText(xray ?? lambdaContext?.xRayTraceId, "xray");
  return { resolution: resolve(event, lambdaContext, { xRayTraceId }, options), options };
}

/** Whether it is an object with keys. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toFormats(chosen: unknown, name: string): Format[] | undefined {
  if (chosen === undefined || chosen === null) return undefined;
  const names = typeof chosen === "string" ? chosen.split(",") : chosen;
  if (!Array.isArray(names)) throw new UsageError(`${name}: expected a list of ${listOf(knownNames())}.`);
  return names.map((chosenName: unknown) => {
    const known = defaultFormats.find((format) => format.name === String(chosenName).trim());
    if (known) return known;
    throw new UsageError(
      `${name}: there is no format ${quote(chosenName)}; the formats are ${listOf(knownNames())}.`,
    );
  });
}

function oneOf<Value extends string>(
  values: readonly Value[],
  chosen: unknown,
  name: string,
): Value | undefined {
  if (chosen === undefined || chosen === null) return undefined;
  const known = values.find((value) => value === chosen);
  if (known) return known;
  throw new UsageError(`${name}: expected ${listOf(values)}, not ${quote(chosen)}.`);
}

function toText(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw new UsageError(`${name}: expected a text, not ${quote(value)}.`);
}

function knownNames(): string[] {
  return defaultFormats.map(({ name }) => name);
}

function listOf(names: readonly string[]): string {
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

function quote(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
