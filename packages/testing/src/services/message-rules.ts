/** An attribute of a message, in the spelling that SQS and SNS share. */
export interface MessageAttribute {
  readonly DataType?: string | undefined;
  readonly StringValue?: string | undefined;
  /** Base64. */
  readonly BinaryValue?: string | undefined;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** SQS takes no more, and drops a message of SNS that is delivered raw with more. */
export const MAX_ATTRIBUTES = 10;

/** What counts of a message: its body, and each attribute's name, type and value, in bytes. */
export function messageSize(body: string, attributes: MessageAttributes = {}): number {
  const sizes = Object.entries(attributes).map(
    ([name, { DataType = "", StringValue = "", BinaryValue = "" }]) =>
      [name, DataType, StringValue].reduce(
        (size, text) => size + Buffer.byteLength(text),
        bytesIn(BinaryValue),
      ),
  );
  return sizes.reduce((total, size) => total + size, Buffer.byteLength(body));
}

/** Whether it holds a character that SQS refuses: those that XML 1.0 has not. */
export function hasInvalidCharacters(text: string): boolean {
  return /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(text);
}

function bytesIn(base64: string): number {
  return Buffer.from(base64, "base64").length;
}
