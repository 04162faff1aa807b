import type { Attributes } from "../../trigger.ts";

/** The attributes that have a value. */
export function present(attributes: Readonly<Record<string, Attributes[string] | undefined>>): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(
      (entry): entry is [string, Attributes[string]] => entry[1] !== undefined,
    ),
  );
}

/** A text with something in it; `undefined` for whatever else an event may hold in its stead. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
