/**
 * Looks a propagation key up in whatever brought it: headers, message attributes, an envelope.
 *
 * Keys are asked for in lower case; a carrier matches them without regard to case. Several values come joined by commas.
 * A carrier never throws.
 */
export type Carrier = (key: string) => string | undefined;

/** A carrier and where it was found, said for people: `headers`, `body.MessageAttributes._datadog`. */
export interface Place {
  readonly at: string;
  readonly carrier: Carrier;
  /** Why what it holds does not count, if so: `cached`. It is passed over, and named for whoever asks why. */
  readonly ignored?: string | undefined;
  /** Whether it gives way to a later place where a caller named another trace; it is linked then. */
  readonly yields?: boolean | undefined;
}

/** A carrier that holds nothing. */
export const empty: Carrier = () => undefined;

// Far over what any format writes, and what gateways let through; a longer value is not looked into.
const MAX_LENGTH = 8192;

/**
 * The one value of a key that must not be repeated, or `undefined` when several values disagree.
 *
 * Gateways join repeated headers with commas; two different `traceparent` values are no context at all.
 *
 * @see https://www.w3.org/TR/trace-context-2/#considerations-for-trace-id-field-generation
 */
export function single(value: string | undefined): string | undefined {
  if (value === undefined || value.length > MAX_LENGTH) return undefined;
  if (!value.includes(",")) return value.trim();
  const [first, ...others] = value.split(",").map((part) => part.trim());
  return others.every((other) => other === first) ? first : undefined;
}
