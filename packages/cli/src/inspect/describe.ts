import type { TraceContext } from "@throughline/propagation";
import type { Resolution, ResolveOptions } from "@throughline/triggers";
import type { Palette } from "../palette.ts";
import { type Verdict, verdicts } from "./verdict.ts";

/** A resolution for people. */
export function describe(
  resolution: Resolution,
  options: ResolveOptions,
  { heading, good, quiet }: Palette,
): string {
  const { trigger, spanName, parentage, attributes } = resolution;
  const places = verdicts(resolution, options);
  const width = Math.max(0, ...places.map(({ at }) => at.length));
  const place = ({ at, context, format, use, why }: Verdict) => {
    const mark = use === "parent" || use === "linked" ? good("✓") : quiet(context ? "–" : "✗");
    const found = context ? `${format} ${context.traceId} ${context.spanId}: ` : "";
    return `    ${mark} ${printable(at).padEnd(width)}  ${found}${printable(why.join("; "))}`;
  };
  const of = (message: number | null) => places.filter((verdict) => verdict.message === message);
  const runtime = of(null);
  return lines(
    `${heading("Trigger")}     ${trigger.name} (${trigger.kind})`,
    `${heading("Span name")}   ${printable(spanName ?? "the function's")}`,
    "",
    heading("Looked for a context"),
    ...resolution.messages.flatMap(({ id, pointers }, index) => [
      `  message ${index + 1} of ${resolution.messages.length}${id ? `, ${printable(id)}` : ""}`,
      ...(of(index).length > 0 ? of(index).map(place) : [`    ${quiet("✗")} no place where one could be`]),
      ...pointers.map(({ kind, hash }) => `    ${good("→")} span pointer ${kind} ${hash}`),
    ]),
    "  the runtime's header",
    ...(runtime.length > 0 ? runtime.map(place) : [`    ${quiet("✗")} none given (--xray)`]),
    "",
    `${heading("Parent")}      ${parentage.parent ? good(spanOf(parentage.parent)) : "none: a new trace starts here"}`,
    `${heading("Links")}       ${parentage.links.map(spanOf).join("\n            ") || "none"}`,
    "",
    heading("Attributes"),
    ...table(attributes),
  );
}

function spanOf({ traceId, spanId, sampled }: TraceContext): string {
  const decision =
    sampled === undefined ? "undecided, our sampler decides" : sampled ? "sampled" : "not sampled";
  return `${traceId} ${spanId}, ${decision}`;
}

function table(attributes: Resolution["attributes"]): string[] {
  const entries = Object.entries(attributes);
  const width = Math.max(...entries.map(([key]) => key.length));
  return entries.map(([key, value]) => `  ${key.padEnd(width)}  ${printable(String(value))}`);
}

function lines(...all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}

/** An event may hold control characters, which a terminal would obey. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
