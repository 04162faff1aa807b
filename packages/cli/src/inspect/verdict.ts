import {
  b3,
  type Carrier,
  datadog,
  decodeDynatrace,
  defaultFormats,
  dynatrace,
  type Format,
  parseXRayHeader,
  sameSpan,
  single,
  type TraceContext,
  w3c,
  xray,
} from "@throughline/propagation";
import type { Looked, Resolution, ResolveOptions } from "@throughline/triggers";
import { type SpelledContext, spell } from "./summary.ts";

/** What a context that was found became. */
export type Use = "parent" | "linked" | "not used";

/** A place that was looked at, what was found there, and why it was or was not used. */
export interface Verdict {
  readonly at: string;
  /** The index of the message; `null` for the runtime's header. */
  readonly message: number | null;
  readonly format: string | null;
  readonly context: SpelledContext | null;
  readonly use: Use | null;
  /** Why: one finding each. */
  readonly why: readonly string[];
}

/** The verdict on each place that was looked at, in that order. */
export function verdicts(
  resolution: Resolution,
  { formats = defaultFormats, merge }: ResolveOptions,
): Verdict[] {
  return resolution.looked.map((place) => {
    const chosen = place.message === undefined ? [w3c, xray] : formats;
    const fate = place.context && fateOf(place.context, place, resolution, merge ?? "event");
    return {
      at: place.at,
      message: place.message ?? null,
      format: place.format ?? null,
      context: spell(place.context),
      use: fate?.use ?? null,
      why: place.ignored
        ? [place.ignored]
        : [
            ...(place.context ? [decision(place.context, place)] : []),
            ...(fate ? [fate.why] : []),
            ...findings(place, chosen),
          ],
    };
  });
}

function fateOf(
  context: TraceContext,
  { message }: Looked,
  { parentage: { parent, links } }: Resolution,
  merge: string,
): { use: Use; why: string } {
  if (parent && sameSpan(parent, context)) return { use: "parent", why: "the parent" };
  if (links.some((link) => sameSpan(link, context))) {
    const other = parent && (parent.traceId === context.traceId ? "same trace: " : "other trace: ");
    return { use: "linked", why: `${other ?? "no single parent: "}linked` };
  }
  if (message === undefined && merge === "event")
    return {
      use: "not used",
      why: context.sampled ? "the event's own trace: nothing to add" : "no decision to sample: not used",
    };
  return { use: "not used", why: "not used" };
}

/** The upstream decision, in words. */
function decision({ sampled }: TraceContext, { format, carrier }: Looked): string {
  if (sampled !== undefined) return sampled ? "sampled" : "not sampled";
  if (format !== xray.name) return "undecided";
  const written = /(?:^|;)\s*Sampled\s*=\s*([^;]*)/i.exec(carrier("x-amzn-trace-id") ?? "")?.[1]?.trim();
  return written === undefined ? "no Sampled: undecided" : `Sampled=${written}: undecided`;
}

/** Why keys that are there brought no context. */
function findings({ carrier, format: found }: Looked, chosen: readonly Format[]): string[] {
  const notes = defaultFormats.flatMap((format) => {
    const keys = ownKeys(format).filter((key) => carrier(key) !== undefined);
    if (format.name === found || keys.length === 0) return [];
    const fault = faults[format.name]?.(carrier);
    if (fault) return [fault];
    return chosen.some(({ name }) => name === format.name)
      ? [] // A second dialect beside the one that answered.
      : [`${keys[0]}: there, but ${format.name} is none of the formats looked for`];
  });
  return notes.length > 0 || found ? notes : ["nothing"];
}

/** The keys that speak for a format: Dynatrace's reads W3C's too, and those are W3C's. */
function ownKeys(format: Format): string[] {
  return format.keys.filter((key) => format.name === w3c.name || !w3c.keys.includes(key));
}

/** What is wrong with a format's keys; `undefined` when they are in order. */
const faults: Readonly<Record<string, (carrier: Carrier) => string | undefined>> = {
  [w3c.name](carrier) {
    const value = carrier("traceparent");
    if (value === undefined) return "tracestate: alone, without a traceparent";
    if (single(value) === undefined) return "traceparent: several that differ";
    return w3c.read(carrier) ? undefined : "traceparent: invalid";
  },
  [datadog.name](carrier) {
    if (datadog.read(carrier)) return undefined;
    const ids = ["x-datadog-trace-id", "x-datadog-parent-id"];
    const missing = ids.find((key) => carrier(key) === undefined);
    if (missing) return `${missing}: missing`;
    return `${ids.join(", ")}: invalid`;
  },
  [xray.name](carrier) {
    if (xray.read(carrier)) return undefined;
    const value = single(carrier("x-amzn-trace-id"));
    if (value === undefined) return "x-amzn-trace-id: several that differ";
    const { traceId } = parseXRayHeader(value);
    return traceId ? "x-amzn-trace-id: names a trace but no span" : "x-amzn-trace-id: invalid";
  },
  [b3.name](carrier) {
    if (b3.read(carrier)) return undefined;
    if (carrier("b3") !== undefined) {
      const value = single(carrier("b3"));
      if (value === undefined) return "b3: several that differ";
      return /^[01d]$/.test(value) ? "b3: a decision, but no trace" : "b3: invalid";
    }
    const ids = ["x-b3-traceid", "x-b3-spanid"];
    const missing = ids.find((key) => carrier(key) === undefined);
    return missing ? `${missing}: missing` : `${ids.join(", ")}: invalid`;
  },
  [dynatrace.name](carrier) {
    if (dynatrace.read(carrier)) return undefined;
    const key = ownKeys(dynatrace).find((own) => carrier(own) !== undefined) ?? "";
    const value = single(carrier(key));
    if (value === undefined) return `${key}: several that differ`;
    const tag = decodeDynatrace(value);
    if (!tag) return `${key}: invalid`;
    return tag.checksum === "wrong" ? `${key}: wrong checksum` : `${key}: does not name trace and span`;
  },
};
