import { shared } from "@throughline/otel";
import type { Shortage } from "@throughline/payloads";

/** How often, in this process, a trace context had too little room where it was to go. */
export type Shortages = Readonly<Record<Shortage, number>>;

/**
 * How often a service's limits let only a part of a trace context through (`reduced`), or nothing of it (`skipped`).
 *
 * The send itself goes out in either case.
 */
export function shortages(): Shortages {
  return { ...counts() };
}

export function countShortage(shortage: Shortage): void {
  counts()[shortage] += 1;
}

function counts(): Record<Shortage, number> {
  return shared("shortages", () => ({ reduced: 0, skipped: 0 }));
}
