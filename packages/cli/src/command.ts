/** Where a command reads from and writes to: the process, or a test's streams. */
export interface Io {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One command of the program; its file is loaded when it is asked for. */
export interface Command {
  readonly help: string;
  /** Gives the exit code. A `UsageError` makes it 2, an `InputError` 1. */
  run(args: readonly string[], io: Io): Promise<number>;
}
