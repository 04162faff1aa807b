import { pipeline } from "node:stream/promises";
import type { Io } from "../command.ts";
import { messageOf } from "../errors.ts";
import { lines } from "../lines.ts";
import { type Choices, examine, isObject } from "./question.ts";
import { summarize } from "./summary.ts";

/** Answers each line of standard input with one line, in order, as fast as they are read. Gives the exit code. */
export async function answerLines(defaults: Choices, { stdin, stdout }: Io): Promise<number> {
  examine({ event: null, options: defaults }, "--"); // A wrong option of the command line is nobody's line's fault.
  stdin.setEncoding("utf8");
  try {
    await pipeline(
      stdin,
      async function* (chunks: AsyncIterable<string>) {
        for await (const line of lines(chunks)) yield `${answer(line, defaults)}\n`;
      },
      stdout,
      { end: false },
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
  return 0;
}

/** The answer to one line, whatever it holds: itself a line of JSON. */
export function answer(line: string, defaults: Choices = {}): string {
  let id: unknown = null;
  try {
    const question = parse(line);
    id = question.id ?? null;
    const { event = null, context, xray, options } = question;
    if (options !== undefined && options !== null && !isObject(options))
      throw new TypeError("options: expected an object.");
    const { resolution } = examine(
      { event, context, xray, options: { ...defaults, ...options } },
      "options.",
    );
    return JSON.stringify({ id, ...summarize(resolution) });
  } catch (error) {
    return JSON.stringify({ id: idText(id), error: messageOf(error) });
  }
}

function parse(line: string): Record<string, unknown> {
  if (line.trim() === "") throw new SyntaxError("the line is empty; expected a JSON object.");
  const question: unknown = JSON.parse(line);
  if (!isObject(question)) throw new TypeError("expected a JSON object.");
  return question;
}

/** The id as it came, unless it is what cannot be written again: an abyss of brackets. */
function idText(id: unknown): unknown {
  try {
    JSON.stringify(id);
    return id;
  } catch {
    return null;
  }
}
