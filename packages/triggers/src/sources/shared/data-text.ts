import { type MessageText, messageText } from "./message-text.ts";

// The longest record of any stream, 10 MiB, in base64.
const MAX_LENGTH = 14_000_000;

/** The text of a stream record's data, which is base64 of whatever its producer wrote; decoded when it is asked for. */
export function dataText(read: () => unknown, at: string): MessageText {
  return messageText(() => decode(read()), at);
}

function decode(data: unknown): string | undefined {
  if (typeof data !== "string" || data.length > MAX_LENGTH) return undefined;
  return Buffer.from(data, "base64").toString("utf8");
}
