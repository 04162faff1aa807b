import { isCopyable, isRecord } from "@throughline/payloads";
import { text } from "@throughline/triggers";
import type { Fields } from "../service.ts";

/** UTF-8 bytes of a text or of bytes; 0 of anything else. */
export function bytes(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  return value instanceof Uint8Array ? value.byteLength : 0;
}

/** The objects of a list, in their order; none where there is no list. */
export function records(list: unknown): Fields[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

/** The input with each of its list's objects changed; what is no object, or cannot be copied, stays where it is. */
export function eachEntry(input: Fields, list: string, change: (entry: Fields) => Fields): Fields {
  const entries = input[list];
  if (!Array.isArray(entries)) return input;
  const changed = (entry: unknown) => (isCopyable(entry) ? change(entry) : entry);
  return { ...input, [list]: entries.map(changed) };
}

/** The last part of an ARN or a URL: the name of what it points at. A name is its own. */
export function nameOf(value: unknown): string | undefined {
  return text(value)?.split(/[:/]/).at(-1) || undefined;
}

/** What each entry of a batch may grow by: what the batch has left is shared out, so that the last is as well off as the first. */
export function shareOf(limit: number, sizes: readonly number[]): number {
  return Math.floor((limit - sizes.reduce((sum, one) => sum + one, 0)) / sizes.length);
}

/** A service's limit for what has this size: what is larger than it takes without asking is sent where it was raised. */
export function limitFor(size: number, limit: number, raised: number): number {
  return size > limit ? raised : limit;
}

/**
 * A text, or the one that bytes spell; `undefined` where they are no bytes, or no UTF-8: what was read wrong must not be written
 * back.
 */
export function utf8(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!(value instanceof Uint8Array)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return undefined;
  }
}
