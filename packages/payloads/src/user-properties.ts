import type { Carrier, Place } from "@throughline/propagation";
import { isRecord } from "./json.ts";

// A message has one context, or a few when services on its way added theirs.
const MAX_VALUES = 8;
const KEYS = ["traceparent", "x-amzn-trace-id", "x-datadog-trace-id", "b3"];
const LISTS = ["user_properties", "userProperties"];

/**
 * MQTT 5 user properties in what an AWS IoT rule hands on. `get_user_properties('traceparent')` gives an array of the
 * property's values; without an argument it gives an array of one-key objects, which is read under `user_properties`.
 *
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/iot-sql-functions.html#iot-sql-function-get-user-properties
 */
export const userProperties = {
  /** Where a payload's properties may hold a context: their first values, their second ones, and so on. Never throws. */
  extract(payload: unknown, at: string): Place[] {
    if (!isRecord(payload)) return [];
    return [
      ...places(payload, at),
      ...LISTS.filter((name) => Array.isArray(payload[name])).flatMap((name) =>
        places(gather(payload[name] as unknown[]), at ? `${at}.${name}` : name),
      ),
    ];
  },

  /** Whether a payload holds an array that only user properties come in. */
  matches(payload: Record<string, unknown>): boolean {
    return KEYS.some((key) => isTexts(payload[key])) || LISTS.some((name) => isProperties(payload[name]));
  },
};

function places(properties: Record<string, unknown>, at: string): Place[] {
  const lengths = KEYS.map((key) => lengthOf(properties[key]));
  const count = Math.min(Math.max(...lengths), MAX_VALUES);
  return Array.from({ length: count }, (_, index) => ({
    at: `${at}[${index}]`,
    carrier: valuesAt(properties, index),
  }));
}

function valuesAt(properties: Record<string, unknown>, index: number): Carrier {
  return (key) => {
    const values = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const value: unknown = Array.isArray(values) ? values[index] : values;
    return typeof value === "string" && value !== "" ? value : undefined;
  };
}

/** A list of one-key objects as an object of arrays. */
function gather(list: readonly unknown[]): Record<string, unknown[]> {
  const properties: Record<string, unknown[]> = Object.create(null);
  for (const property of list) {
    if (!isRecord(property)) continue;
    for (const [name, value] of Object.entries(property)) {
      const key = name.toLowerCase();
      properties[key] ??= [];
      properties[key].push(value);
    }
  }
  return properties;
}

function lengthOf(value: unknown): number {
  return isTexts(value) ? value.length : 0;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === "string";
}

function isProperties(value: unknown): boolean {
  return Array.isArray(value) && isRecord(value[0]) && Object.keys(value[0]).length === 1;
}
