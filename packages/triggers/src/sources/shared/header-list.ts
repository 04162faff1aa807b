import { isRecord } from "@throughline/payloads";
import { type Carrier, headers } from "@throughline/propagation";

/**
 * Headers that come as a list of names and values, `[{ name, value }]` or `[{ key, value }]`: mail has them in this form, and
 * CloudFront has such a list under each name. A name may be there more than once.
 */
export function headerList(list: unknown): Carrier {
  return headers(toObject(Array.isArray(list) ? list : Object.values(Object(list)).flat()));
}

function toObject(list: readonly unknown[]): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const item of list) {
    const { name, key = name, value } = isRecord(item) ? item : {};
    if (typeof key !== "string" || typeof value !== "string") continue;
    const folded = key.toLowerCase();
    const known = values.get(folded);
    if (known) known.push(value);
    else values.set(folded, [value]);
  }
  return Object.fromEntries(values);
}
