/** The command line, or a line of input, asks for what does not exist; the message names the remedy. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A file cannot be read, or does not hold what it should. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
