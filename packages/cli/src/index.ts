import type { Command, Io } from "./command.ts";
import { InputError, UsageError } from "./errors.ts";

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  inspect: async () => (await import("./commands/inspect.ts")).inspect,
};

const HELP = `throughline: what tracing makes of Lambda events

Usage: throughline <command> [options]

Commands:
  inspect    say what would be made of an event: its trigger, parent, links and attributes, and why

Options:
  -h, --help       show this, or a command's own help
  -v, --version    show the version
`;

/** Runs the program with the arguments behind its name, and gives its exit code. */
export async function main(argv: readonly string[], io: Io = process): Promise<number> {
  // Whoever reads may stop reading (`| head`); that is no failure.
  io.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  try {
    return await dispatch(argv, io);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof InputError)) throw error;
    io.stderr.write(`throughline: ${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function dispatch([name, ...args]: readonly string[], io: Io): Promise<number> {
  if (name === "--version" || name === "-v") return print(`${await version()}\n`, io);
  if (name === "--help" || name === "-h") return print(HELP, io);
  if (name === undefined) throw new UsageError(`which command?\n\n${HELP}`);
  const kind = name.startsWith("-") ? "option" : "command";
  const command = Object.hasOwn(commands, name) ? await commands[name]?.() : undefined;
  if (!command) throw new UsageError(`there is no ${kind} "${name}". See throughline --help.`);
  if (args.includes("--help") || args.includes("-h")) return print(command.help, io);
  return command.run(args, io);
}

function print(text: string, { stdout }: Io): number {
  stdout.write(text);
  return 0;
}

async function version(): Promise<string> {
  const { default: manifest } = await import("../package.json", { with: { type: "json" } });
  return manifest.version;
}
