import { type Carrier, single } from "../carrier.ts";
import type { Format } from "../format.ts";
import { decimalToHex, hexToDecimal } from "../ids.ts";
import type { TraceContext } from "../trace-context.ts";
import { getMember, setMember } from "../trace-state.ts";

/**
 * Datadog's `x-datadog-*` headers: decimal 64-bit ids, with the trace id's upper half in `x-datadog-tags` (`_dd.p.tid`).
 *
 * Priority, origin and tags are kept as Datadog itself keeps them in W3C: in the `dd=` member of `tracestate`.
 *
 * @see https://docs.datadoghq.com/tracing/trace_collection/trace_context_propagation/
 */
export const datadog: Format = {
  name: "datadog",
  keys: [
    "x-datadog-trace-id",
    "x-datadog-parent-id",
    "x-datadog-sampling-priority",
    "x-datadog-origin",
    "x-datadog-tags",
  ],
  read,
  write,
};

const PRIORITY = /^-?[0-9]{1,3}$/;
const TAG_KEY = /^_dd\.p\.[\x21-\x2b\x2d-\x3c\x3e-\x7e]+$/;
const TAG_VALUE = /^[\x20-\x2b\x2d-\x7e]+$/;
const HIGH = /^[0-9a-f]{16}$/;
const MAX_TAGS_LENGTH = 512;
const AUTO_KEEP = 1;

function read(carrier: Carrier): TraceContext | undefined {
  const low = decimalToHex(single(carrier("x-datadog-trace-id")) ?? "");
  const spanId = decimalToHex(single(carrier("x-datadog-parent-id")) ?? "");
  if (!low || !spanId) return undefined;
  const tags = parseTags(carrier("x-datadog-tags"));
  const high = tags.get("_dd.p.tid") ?? "";
  const priority = parsePriority(single(carrier("x-datadog-sampling-priority")));
  const member = toMember(priority, single(carrier("x-datadog-origin")), tags);
  return {
    traceId: (HIGH.test(high) ? high : "0".repeat(16)) + low,
    spanId,
    sampled: priority === undefined ? undefined : priority >= AUTO_KEEP,
    ...(member && { traceState: `dd=${member}` }),
  };
}

function write(context: TraceContext): Record<string, string> {
  const { priority, origin, tags } = fromMember(getMember(context.traceState, "dd"), context.sampled);
  const high = context.traceId.slice(0, 16);
  if (high === "0".repeat(16)) tags.delete("_dd.p.tid");
  else tags.set("_dd.p.tid", high);
  const joined = [...tags].map(([key, value]) => `${key}=${value}`).join(",");
  return {
    "x-datadog-trace-id": hexToDecimal(context.traceId.slice(16)),
    "x-datadog-parent-id": hexToDecimal(context.spanId),
    ...(priority !== undefined && { "x-datadog-sampling-priority": String(priority) }),
    ...(origin && { "x-datadog-origin": origin }),
    // What a member of 256 characters holds stays below the 512 that are read.
    ...(joined && { "x-datadog-tags": joined }),
  };
}

function parsePriority(value: string | undefined): number | undefined {
  return value !== undefined && PRIORITY.test(value) ? Number(value) : undefined;
}

/** One malformed tag, or too many, and Datadog's own tracers drop them all. */
function parseTags(list: string | undefined): Map<string, string> {
  const tags = new Map<string, string>();
  if (!list || list.length > MAX_TAGS_LENGTH) return tags;
  for (const tag of list.split(",")) {
    const equals = tag.indexOf("=");
    const key = tag.slice(0, Math.max(0, equals)).trim();
    const value = tag.slice(equals + 1).trim();
    if (!TAG_KEY.test(key) || !TAG_VALUE.test(value)) return new Map();
    tags.set(key, value);
  }
  return tags;
}

const MEMBER_KEY_FORBIDDEN = /[^\x21-\x2b\x2d-\x39\x3c\x3e-\x7e]/g;
const MEMBER_VALUE_FORBIDDEN = /[^\x20-\x2b\x2d-\x3a\x3c-\x7d]/g;

/** `s:1;o:rum;t.dm:-4`; in values `=` is spelled `~`, what the list cannot hold becomes `_`. */
function toMember(
  priority: number | undefined,
  origin: string | undefined,
  tags: ReadonlyMap<string, string>,
) {
  const parts: string[] = [];
  if (priority !== undefined) parts.push(`s:${priority}`);
  if (origin) parts.push(`o:${escapeValue(origin)}`);
  for (const [key, value] of tags) {
    if (key === "_dd.p.tid") continue; // Derived from the trace id when written.
    parts.push(`t.${key.slice("_dd.p.".length).replace(MEMBER_KEY_FORBIDDEN, "_")}:${escapeValue(value)}`);
  }
  return fitMember(parts);
}

/** A tracestate value has 256 characters at most: parts that do not fit are left out. */
function fitMember(parts: readonly string[]): string {
  let member = "";
  for (const part of parts) {
    const longer = member ? `${member};${part}` : part;
    if (longer.length <= 256) member = longer;
  }
  return member;
}

function escapeValue(value: string): string {
  return value.replace(MEMBER_VALUE_FORBIDDEN, "_").replaceAll("=", "~");
}

function fromMember(member: string | undefined, sampled: boolean | undefined) {
  let priority = sampled === undefined ? undefined : sampled ? AUTO_KEEP : 0;
  let origin: string | undefined;
  const tags = new Map<string, string>();
  for (const part of member?.split(";") ?? []) {
    const colon = part.indexOf(":");
    const key = part.slice(0, Math.max(0, colon));
    const value = part.slice(colon + 1).replaceAll("~", "=");
    const tag = `_dd.p.${key.slice(2)}`;
    // The priority refines the decision of the flag; one that contradicts it is of an older span.
    if (key === "s" && PRIORITY.test(value) && Number(value) >= AUTO_KEEP === sampled)
      priority = Number(value);
    else if (key === "o") origin = value;
    // One tag that is malformed would void them all, the trace id's upper half with them.
    else if (key.startsWith("t.") && value && TAG_KEY.test(tag)) tags.set(tag, value);
  }
  return { priority, origin, tags };
}

/** A W3C context with what Datadog headers beside it add: the same trace, seen with Datadog's priority, origin and tags. */
export function withDatadogState(context: TraceContext, beside: TraceContext | undefined): TraceContext {
  const member = getMember(beside?.traceState, "dd");
  if (!member || getMember(context.traceState, "dd")) return context;
  return { ...context, traceState: setMember(context.traceState, "dd", member) };
}
