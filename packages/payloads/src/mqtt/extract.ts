import type { Carrier, Place } from "@throughline/propagation";
import { envelope } from "../envelope.ts";
import { isRecord, mayCarry, parseJson } from "../json.ts";
import { KEYS, valuesOf } from "./user-properties.ts";

// A message has one context, or a few when services on its way added theirs.
const MAX_VALUES = 8;
const LISTS = ["user_properties", "userProperties"];

/**
 * Where an MQTT message may hold a context, nearest first: its user properties, then its payload. Never throws.
 *
 * Taken are
 * - a packet as an MQTT client receives it, `{ properties: { userProperties }, payload }`;
 * - a payload, or user properties, as text or bytes, with the JSON of either;
 * - what an AWS IoT rule hands on, where `get_user_properties('traceparent')` gives an array of the property's values, and
 *   `get_user_properties()` an array of one-key objects, which is read under `user_properties`. The other fields are a payload,
 *   which `envelope.extract` reads.
 *
 * Of properties that came several times, the first values are one place, the second ones the next.
 *
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/iot-sql-functions.html#iot-sql-function-get-user-properties
 */
export function extract(message: unknown, at: string): Place[] {
  if (typeof message === "string" || message instanceof Uint8Array) return textPlaces(message, at);
  if (!isRecord(message)) return [];
  const inside = at ? `${at}.` : "";
  const { properties, payload } = message;
  return [
    ...(isRecord(properties)
      ? propertyPlaces(properties.userProperties, `${inside}properties.userProperties`)
      : []),
    ...places(message, at),
    ...LISTS.flatMap((name) => propertyPlaces(message[name], `${inside}${name}`)),
    // An event that came as JSON has no bytes in it.
    ...(payload instanceof Uint8Array || message.cmd === "publish"
      ? extract(payload, `${inside}payload`)
      : []),
  ];
}

/** Whether an event's payload holds an array that only user properties come in. */
export function matches(payload: Record<string, unknown>): boolean {
  return KEYS.some((key) => isTexts(payload[key])) || LISTS.some((name) => isProperties(payload[name]));
}

function textPlaces(message: string | Uint8Array, at: string): Place[] {
  const text = typeof message === "string" ? message : new TextDecoder().decode(message);
  if (!mayCarry(text)) return [];
  const value = parseJson(text);
  return Array.isArray(value) ? propertyPlaces(value, at) : envelope.extract(value, at);
}

function propertyPlaces(properties: unknown, at: string): Place[] {
  return typeof properties === "object" && properties !== null ? places(valuesOf(properties), at) : [];
}

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

function lengthOf(value: unknown): number {
  return isTexts(value) ? value.length : 0;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === "string";
}

function isProperties(value: unknown): boolean {
  return Array.isArray(value) && isRecord(value[0]) && Object.keys(value[0]).length === 1;
}
