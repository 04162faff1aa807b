import { isRecord } from "@throughline/payloads";

/** The first of an event's `Records`, which says what service they come from. */
export function firstRecord(event: unknown): Record<string, unknown> | undefined {
  if (!isRecord(event) || !Array.isArray(event.Records)) return undefined;
  const [first] = event.Records;
  return isRecord(first) ? first : undefined;
}
