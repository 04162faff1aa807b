import { type Carrier, empty } from "../carrier.ts";
import { headers } from "./headers.ts";

// As many bytes as any other header may have characters.
const MAX_LENGTH = 8192;

/**
 * Message headers whose values are bytes, as Lambda delivers Kafka's and RabbitMQ's.
 *
 * Kafka's come as a list of one-key maps, or as an object with the list's indices for keys; RabbitMQ's as one map whose texts
 * are `{ bytes: [...] }`. Names are matched in any case; a name that came several times comes joined by commas.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
 */
export function byteHeaders(list: unknown): Carrier {
  if (typeof list !== "object" || list === null) return empty;
  let texts: Carrier | undefined;
  return (key) => {
    texts ??= headers(gather(list));
    return texts(key);
  };
}

/** The text of some bytes: numbers, signed or not, or their decimal spelling, in an array or an object with indices for keys. */
export function bytesText(value: unknown): string | undefined {
  if (typeof value === "string") return value || undefined;
  if (typeof value !== "object" || value === null) return undefined;
  const list = Object.hasOwn(value, "bytes") ? (value as { readonly bytes: unknown }).bytes : value;
  if (typeof list !== "object" || list === null) return undefined;
  const bytes: unknown[] = Array.isArray(list) ? list : Object.values(list);
  if (bytes.length === 0 || bytes.length > MAX_LENGTH) return undefined;
  const numbers = bytes.map((byte) => (typeof byte === "string" && byte !== "" ? Number(byte) : byte));
  if (!numbers.every(isByte)) return undefined;
  return Buffer.from(numbers.map((byte) => byte & 0xff)).toString("utf8");
}

function isByte(byte: unknown): byte is number {
  return Number.isInteger(byte) && (byte as number) >= -128 && (byte as number) <= 255;
}

function gather(list: object): Record<string, string[]> {
  const texts: Record<string, string[]> = Object.create(null);
  for (const [name, value] of Object.entries(list)) {
    // An index stands before a one-key map; any other key is a header's own name.
    const named = INDEX.test(name) && isMap(value) ? Object.entries(value) : [[name, value] as const];
    for (const [key, bytes] of named) {
      const text = bytesText(bytes);
      if (text === undefined) continue;
      const lowered = key.toLowerCase();
      texts[lowered] ??= [];
      texts[lowered].push(text);
    }
  }
  return texts;
}

const INDEX = /^[0-9]{1,10}$/;

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
