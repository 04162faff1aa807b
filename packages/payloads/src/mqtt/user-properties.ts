import type { Carried } from "../carried.ts";
import { isRecord } from "../json.ts";
import { limits } from "../limits.ts";

/** The keys of which a context has at least one. */
export const KEYS = ["traceparent", "x-amzn-trace-id", "x-datadog-trace-id", "b3"] as const;

/**
 * User properties by their names in lower case, each with all of its values: from a list of one-key objects, as AWS IoT spells
 * them, or from one object, as clients do.
 */
export function valuesOf(properties: unknown): Record<string, unknown[]> {
  const values: Record<string, unknown[]> = Object.create(null);
  for (const property of Array.isArray(properties) ? properties : [properties]) {
    if (!isRecord(property)) continue;
    for (const [name, value] of Object.entries(property)) {
      const key = name.toLowerCase();
      values[key] ??= [];
      for (const one of Array.isArray(value) ? value : [value]) values[key].push(one);
    }
  }
  return values;
}

/** Whether user properties bring a context along. */
export function carries(properties: unknown): boolean {
  const values = valuesOf(properties);
  return KEYS.some((key) => values[key] !== undefined);
}

/** What of a context fits into user properties as AWS IoT takes them. */
export function propertiesOf(carried: Carried): [string, string][] {
  const { userPropertyLength } = limits.iot;
  return Object.entries(carried ?? {}).filter((property) =>
    property.every((text) => text.length <= userPropertyLength),
  );
}
