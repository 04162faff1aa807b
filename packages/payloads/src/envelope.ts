import { headers, type Place } from "@throughline/propagation";
import { isRecord, KEY, unwrap } from "./json.ts";
import { stepFunctions } from "./step-functions.ts";

/**
 * A trace context inside a JSON payload, for places without headers.
 *
 * It is kept under `_datadog`, as Datadog's tracers write it and as readers of other vendors look for it.
 */
export const envelope = {
  /**
   * Where a payload may hold a context, nearest first: its `_datadog` value, then its own fields (`traceparent`,
   * `x-amzn-trace-id`, …). Where either is a state machine's context object, what that tells comes behind its own keys. `at`
   * says where the payload was found.
   *
   * `_datadog` may be an object, a JSON string, or `{ DataType, StringValue | BinaryValue }`, which Python producers write.
   * A payload that is no object holds nothing. Never throws.
   */
  extract(payload: unknown, at: string): Place[] {
    return isRecord(payload) ? [...envelope.wrapped(payload, at), ...placesOf(payload, at)] : [];
  },

  /** The first part of these: what the payload holds under `_datadog`. */
  wrapped(payload: unknown, at: string): Place[] {
    const wrapped = isRecord(payload) ? unwrap(payload) : undefined;
    return wrapped ? placesOf(wrapped, at ? `${at}.${KEY}` : KEY) : [];
  },

  /** A copy of the payload that carries the headers; what is no plain object is given back as it is. */
  inject<Payload>(payload: Payload, carried: Readonly<Record<string, string>>): Payload {
    return isRecord(payload) ? { ...payload, [KEY]: { ...carried } } : payload;
  },
};

function placesOf(record: Record<string, unknown>, at: string): Place[] {
  return [{ at, carrier: headers(record) }, ...stepFunctions.extract(record, at)];
}
