import * as semconv from "../../semconv.ts";
import type { Attributes } from "../../trigger.ts";
import { present } from "./attributes.ts";
import { common, sole } from "./messaging.ts";

/** A change in a store: of an object, an item, a document. */
export interface Change {
  /** The bucket or database. */
  readonly collection: string | undefined;
  /** The object's key, or the table. */
  readonly name: string | undefined;
  readonly operation: "insert" | "edit" | "delete" | undefined;
  /** When it was made, as ISO 8601. */
  readonly time: string | undefined;
}

/**
 * The conventions' attributes of a store's changes: what all of them share, and the time of a single one.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/faas/faas-spans/#datasource
 */
export function documentAttributes(changes: readonly Change[]): Attributes {
  return present({
    [semconv.FAAS_DOCUMENT_COLLECTION]: common(changes.map(({ collection }) => collection)),
    [semconv.FAAS_DOCUMENT_NAME]: common(changes.map(({ name }) => name)),
    [semconv.FAAS_DOCUMENT_OPERATION]: common(changes.map(({ operation }) => operation)),
    [semconv.FAAS_DOCUMENT_TIME]: sole(changes.map(({ time }) => time)),
  });
}

/** Seconds or milliseconds since 1970 as ISO 8601; `undefined` for what is no time. */
export function isoTime(value: unknown, unit: 1 | 1000): string | undefined {
  if (typeof value !== "number") return undefined;
  const date = new Date(value * unit);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
