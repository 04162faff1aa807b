import type { Place } from "@throughline/propagation";
import { textPlaces } from "./message-places.ts";

// The longest record of any stream, 10 MiB, in base64.
const MAX_LENGTH = 14_000_000;

/** Where a stream record's data, base64 of whatever its producer wrote, may hold a context: in its JSON. */
export function* dataPlaces(data: unknown, at: string): Generator<Place> {
  if (typeof data !== "string" || data.length > MAX_LENGTH) return;
  yield* textPlaces(Buffer.from(data, "base64").toString("utf8"), at);
}
