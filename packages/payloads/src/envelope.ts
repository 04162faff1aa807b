import { attributeText, headers, type Place } from "@throughline/propagation";

const KEY = "_datadog";

/**
 * A trace context inside a JSON payload, for places without headers.
 *
 * It is kept under `_datadog`, as Datadog's tracers write it and as readers of other vendors look for it.
 */
export const envelope = {
  /**
   * Where a payload may hold a context, nearest first: its `_datadog` value, then its own fields (`traceparent`,
   * `x-amzn-trace-id`, …). `at` says where the payload was found.
   *
   * `_datadog` may be an object, a JSON string, or `{ DataType, StringValue | BinaryValue }`, which Python producers write.
   * A payload that is no object holds nothing. Never throws.
   */
  extract(payload: unknown, at: string): Place[] {
    if (!isRecord(payload)) return [];
    const wrapped = Object.hasOwn(payload, KEY) ? unwrap(payload[KEY]) : undefined;
    const fields: Place = { at, carrier: headers(payload) };
    return wrapped ? [{ at: at ? `${at}.${KEY}` : KEY, carrier: headers(wrapped) }, fields] : [fields];
  },

  /** A copy of the payload that carries the headers; what is no plain object is given back as it is. */
  inject<Payload>(payload: Payload, carried: Readonly<Record<string, string>>): Payload {
    return isRecord(payload) ? { ...payload, [KEY]: { ...carried } } : payload;
  },
};

function unwrap(value: unknown): Record<string, unknown> | undefined {
  if (typeof value === "string") return parseObject(value);
  if (!isRecord(value)) return undefined;
  const text = attributeText(value);
  return text === undefined ? value : parseObject(text);
}

/** The object a JSON text holds; `undefined` for anything else. Texts that cannot be one are not parsed. */
export function parseObject(text: unknown): Record<string, unknown> | undefined {
  if (typeof text !== "string" || !/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it is an object with keys: no array, no null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
