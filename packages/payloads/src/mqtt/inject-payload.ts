import type { Carried, Room } from "../carried.ts";
import { envelope } from "../envelope.ts";
import { limits } from "../limits.ts";

/**
 * An MQTT message's payload with a trace context in it, for MQTT 3.1.1, which has no user properties: a JSON text, its bytes, or an
 * object, and the same comes back.
 *
 * A payload that is no JSON object is given back as it is, and so is one that the context would make longer than the 128 KB of AWS
 * IoT; `maxBytes` sets another bound. Never throws.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/iot-core.html#limits_iot
 */
export function injectPayload<Payload extends string | Uint8Array | object>(
  payload: Payload,
  carried: Carried,
  options: Room = {},
): Payload {
  const bounded = { maxBytes: limits.iot.payload, ...options };
  if (typeof payload === "string") return envelope.injectText(payload, carried, bounded) as Payload;
  if (!(payload instanceof Uint8Array)) return envelope.inject(payload, carried, bounded);
  const text = textOf(payload);
  const injected = text === undefined ? text : envelope.injectText(text, carried, bounded);
  if (injected === undefined || injected === text) return payload;
  // A Buffer for a Buffer: whoever gave one may call its methods.
  return (Buffer.isBuffer(payload)
    ? Buffer.from(injected)
    : new TextEncoder().encode(injected)) as object as Payload;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
