import { isRecord } from "@throughline/payloads";

/** The first of an event's `Records`, which says what service they come from. */
export function firstRecord(event: unknown): Record<string, unknown> | undefined {
  if (!isRecord(event) || !Array.isArray(event.Records)) return undefined;
  const [first] = event.Records;
  return isRecord(first) ? first : undefined;
}

/** A list of records as Lambda's event source mappings deliver it, or bare, as EventBridge Pipes do. */
export type Batch<Entry> = { readonly Records: Entry[] } | Entry[];

export function recordsOf<Entry>(event: Batch<Entry>): readonly Entry[] {
  return Array.isArray(event) ? event : event.Records;
}

/** Whether it is a list of one service's records. */
export function isBatchOf(event: unknown, ...sources: readonly string[]): boolean {
  const first: unknown = Array.isArray(event) ? event[0] : firstRecord(event);
  return isRecord(first) && sources.includes(first.eventSource as string);
}
