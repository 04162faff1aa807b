import { isRecord } from "@throughline/payloads";

/**
 * The query string of an event that holds its parameters apart, in the first of the objects that is there.
 *
 * `encode` is for API Gateway, which decodes names and values; load balancers pass them on as they came.
 */
export function queryString(
  objects: readonly unknown[],
  encode: (part: string) => string = (part) => part,
): string | undefined {
  const parameters = objects.find(isRecord);
  if (!parameters) return undefined;
  return Object.entries(parameters)
    .flatMap(([name, values]) =>
      [values].flat().map((value) => [name, typeof value === "string" ? value : ""]),
    )
    .map((pair) => pair.map((part) => encode(part)).join("="))
    .join("&");
}

/** Percent-encodes what a gateway decoded; half a character, which nobody could encode, is replaced. */
export function percentEncode(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}
