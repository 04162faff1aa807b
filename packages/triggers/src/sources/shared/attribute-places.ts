import { envelope } from "@throughline/payloads";
import { attributes, type Place } from "@throughline/propagation";

/** Message attributes: each key an attribute of its own, then all keys in the JSON text of `_datadog`. */
export function* attributePlaces(map: unknown, at: string): Generator<Place> {
  yield { at, carrier: attributes(map) };
  yield* envelope.wrapped(map, at);
}
