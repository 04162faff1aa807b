import { attributeText } from "@throughline/propagation";

/** Where a payload keeps a context, as Datadog's tracers write it and as readers of other vendors look for it. */
export const KEY = "_datadog";

/** What a payload holds under `_datadog`: an object, or one in a JSON string or in a message attribute's spelling. */
export function unwrap(payload: Record<string, unknown>): Record<string, unknown> | undefined {
  const value = Object.hasOwn(payload, KEY) ? payload[KEY] : undefined;
  if (typeof value === "string") return parseObject(value);
  if (!isRecord(value)) return undefined;
  const text = attributeText(value);
  return text === undefined ? value : parseObject(text);
}

// Every propagation key there is, and every state machine's context, has one of these in it.
const PROPAGATION = /trace|_datadog|\bb3\b|EnteredTime/i;

/** Whether a text can hold a trace context, told without parsing it. */
export function mayCarry(text: unknown): text is string {
  return typeof text === "string" && PROPAGATION.test(text);
}

const OBJECT = /^\s*\{/;

/** The object a JSON text holds; `undefined` for anything else. Texts that cannot be one are not parsed. */
export function parseObject(text: unknown): Record<string, unknown> | undefined {
  if (typeof text !== "string" || !OBJECT.test(text)) return undefined;
  const value = parseJson(text);
  return isRecord(value) ? value : undefined;
}

/**
 * The same object, to be written again, not to be read: its numbers stay spelled as they were. A payload's ids may have more digits
 * than a double. `undefined` also where it is too deep to be copied: what parses texts takes more levels than what visits values.
 */
export function parseVerbatim(text: string): Record<string, unknown> | undefined {
  if (!OBJECT.test(text)) return undefined;
  const { parse, rawJSON } = JSON as unknown as Raw;
  try {
    return parse(text, (_, value, { source }) =>
      typeof value === "number" ? rawJSON(source) : value,
    ) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

interface Raw {
  readonly rawJSON: (text: string) => unknown;
  readonly parse: (
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source: string }) => unknown,
  ) => unknown;
}

/** What a JSON text holds; `undefined` for a text that is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether it is an object with keys: no array, no null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
