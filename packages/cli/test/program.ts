import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export const bin: string = fileURLToPath(new URL("../bin/throughline.mjs", import.meta.url));
const root = new URL("../../../", import.meta.url);

/** The path of an event in `test/fixtures/events`. */
export function event(name: string): string {
  return fileURLToPath(new URL(`test/fixtures/events/${name}.json`, root));
}

/** Starts the program from its sources, even where a build lies about. */
export function start(...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ["-C", "@throughline/source", bin, ...args], { cwd: fileURLToPath(root) });
}

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** An answer to a line, as JSON has it. */
export interface Answer {
  readonly id: unknown;
  readonly error?: string;
  readonly trigger?: string;
  readonly parent?: { readonly traceId: string; readonly spanId: string; readonly sampled: boolean } | null;
  readonly links: readonly object[];
  readonly messages: readonly object[];
}

/** Runs the program to its end. `stdin` is written in these pieces. */
export async function run(
  args: readonly string[],
  stdin: readonly (string | Uint8Array)[] = [],
): Promise<Outcome> {
  const program = start(...args);
  const output = Promise.all([text(program.stdout), text(program.stderr), once(program, "exit")]);
  for (const piece of stdin) {
    program.stdin.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 5)); // So that pieces are not read as one.
  }
  program.stdin.end();
  const [stdout, stderr, [code]] = await output;
  return { stdout, stderr, code: code as number | null };
}

/** The answers to some lines, parsed; a line is a text, or what is to be written as JSON. */
export async function ask(
  questions: readonly unknown[],
  ...args: string[]
): Promise<{ answers: Answer[]; stderr: string; code: number | null }> {
  const lines = questions.map((question) =>
    typeof question === "string" ? question : JSON.stringify(question),
  );
  const { stdout, stderr, code } = await run(["inspect", "--ndjson", ...args], [lines.join("\n")]);
  const answers = stdout.split("\n").slice(0, -1);
  return { answers: answers.map((answer) => JSON.parse(answer)), stderr, code };
}
