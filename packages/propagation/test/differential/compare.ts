import { expect } from "vitest";
import type { TraceContext } from "../../src/index.ts";

/** Headers as an event brings them. */
export type Input = Readonly<Record<string, string | readonly string[]>>;

/** What came of an input here and there, part by part; `undefined` where nothing did. */
export type Parts = Readonly<Record<string, unknown>>;

/** A difference we mean: where both may part, and why ours is right. */
export interface Difference {
  /** The parts it concerns. */
  readonly parts: readonly string[];
  readonly reason: string;
  /** Whether the input is one of those it is about, and ours and theirs come out as it says. */
  readonly covers: (input: Input, ours: Parts, theirs: Parts) => boolean;
}

export type Differences = Readonly<Record<string, Difference>>;

/** What an extracted context comes down to: one part when there is none on one side, else part by part. */
export function extracted(context: TraceContext | undefined): Parts {
  if (!context) return { context: "none" };
  const { traceId, spanId, sampled, random = false, traceState, xrayFields } = context;
  return { context: "found", traceId, spanId, sampled, random, traceState, xrayFields };
}

/** The names of the listed differences an input shows. Fails when ours and theirs part in anything else. */
export function explained(input: Input, ours: Parts, theirs: Parts, differences: Differences): string[] {
  const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  const apart = keys.filter((key) => ours[key] !== theirs[key]);
  // Where one side found nothing, that alone is the difference.
  const parts = apart.includes("context") ? ["context"] : apart;
  return parts.flatMap((part) => {
    const names = Object.entries(differences)
      .filter(([, difference]) => difference.parts.includes(part) && difference.covers(input, ours, theirs))
      .map(([name]) => name);
    const at = JSON.stringify(input).slice(0, 500);
    expect(names, `${at}: ours ${part}=${ours[part]}, theirs ${part}=${theirs[part]}`).not.toEqual([]);
    return names.length === 1 ? names : []; // Only an input that a difference explains alone speaks for it.
  });
}

/** The value of a name in any case, and whether it is missed where only lower case counts. */
export function lookUp(input: Input, name: string): { value: string | readonly string[]; missed: boolean } {
  const found = Object.keys(input).find((key) => key.toLowerCase() === name);
  return { value: found === undefined ? "" : input[found]!, missed: found !== undefined && found !== name };
}

/** All values of a name, split at commas as a gateway may have joined them. */
export function split(value: string | readonly string[]): string[] {
  return [value].flat().flatMap((text) => text.split(",").map((part) => part.trim()));
}
