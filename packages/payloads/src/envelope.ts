import { headers, type Place } from "@throughline/propagation";
import { type Carried, fitting, type Room } from "./carried.ts";
import { isCopyable } from "./copyable.ts";
import { isRecord, KEY, mayCarry, parseObject, parseVerbatim, unwrap } from "./json.ts";
import { extract as extractContextObject } from "./step-functions/context-object.ts";

/**
 * A trace context inside a JSON payload, for places without headers.
 *
 * It is kept under `_datadog`, as Datadog's tracers write it and as readers of other vendors look for it. Where space is short,
 * baggage goes first, then further dialects, then trace state.
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

  /** The same of a JSON text, which is parsed when the first place is asked for, and not where it cannot hold a context. */
  *extractText(text: unknown, at: string): Generator<Place> {
    if (mayCarry(text)) yield* envelope.extract(parseObject(text), at);
  },

  /**
   * A copy of the payload that carries the headers; what is no plain object, or has no room as JSON, is given back as it is. One
   * that `JSON.stringify` refuses has no room wherever that is bounded.
   */
  inject<Payload>(payload: Payload, carried: Carried, options: Room = {}): Payload {
    if (!isCopyable(payload)) return payload;
    const sizeOf = (level: Carried) => bytesOf(stringify({ ...payload, [KEY]: level }));
    const level = fitting(carried, sizeOf, options);
    return level ? { ...payload, [KEY]: { ...level } } : payload;
  },

  /**
   * The same for a JSON text, which keeps its spelling: numbers of any length, order, white space. A text that holds no object is
   * given back as it is, and so is one that is too deep to be written again without the envelope it has. Never throws.
   */
  injectText(text: string, carried: Carried, options: Room = {}): string {
    const payload = parseObject(text);
    const rest = payload && Object.hasOwn(payload, KEY) ? withoutKey(text) : text.trimEnd();
    if (!payload || rest === undefined) return text;
    const isEmpty = Object.keys(payload).every((key) => key === KEY);
    const splice = (level: Carried) =>
      `${rest.slice(0, -1)}${isEmpty ? "" : ","}"${KEY}":${JSON.stringify(level)}}`;
    const level = fitting(carried, (one) => bytesOf(splice(one)), options);
    return level ? splice(level) : text;
  },
};

function placesOf(record: Record<string, unknown>, at: string): Place[] {
  return [{ at, carrier: headers(record) }, ...extractContextObject(record, at)];
}

function bytesOf(text: string | undefined): number {
  return text === undefined ? Number.POSITIVE_INFINITY : Buffer.byteLength(text);
}

/** What `JSON.stringify` makes of it, or `undefined` where it throws: at a bigint, a circle, or too many levels. */
function stringify(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** The object without its envelope. */
function withoutKey(text: string): string | undefined {
  const payload = parseVerbatim(text);
  return payload && stringify({ ...payload, [KEY]: undefined });
}
