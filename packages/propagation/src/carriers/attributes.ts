import { type Carrier, empty } from "../carrier.ts";
import { lookUp } from "./headers.ts";

/**
 * Message attributes of SQS and SNS in every spelling Lambda delivers: `{ stringValue | binaryValue }` (SQS),
 * `{ Type, Value }` (SNS), `{ StringValue | BinaryValue }` (SDK responses). Binary values are base64, or bytes.
 */
export function attributes(map: unknown): Carrier {
  if (typeof map !== "object" || map === null) return empty;
  return (key) => attributeText(lookUp(map as Record<string, unknown>, key));
}

/** One attribute's text. */
export function attributeText(attribute: unknown): string | undefined {
  if (typeof attribute !== "object" || attribute === null) return undefined;
  const { stringValue, StringValue, binaryValue, BinaryValue, Type, Value } = attribute as Record<
    string,
    unknown
  >;
  const text = stringValue ?? StringValue ?? (Type === "Binary" ? undefined : Value);
  if (typeof text === "string" && text !== "") return text;
  return bytesText(binaryValue ?? BinaryValue ?? Value);
}

function bytesText(bytes: unknown): string | undefined {
  if (typeof bytes === "string") return Buffer.from(bytes, "base64").toString("utf8") || undefined;
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString("utf8") || undefined : undefined;
}
