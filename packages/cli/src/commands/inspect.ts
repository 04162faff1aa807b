import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import type { Resolution, ResolveOptions } from "@throughline/triggers";
import type { Command, Io } from "../command.ts";
import { InputError, messageOf, UsageError } from "../errors.ts";
import { describe } from "../inspect/describe.ts";
import { answerLines } from "../inspect/ndjson.ts";
import { examine } from "../inspect/question.ts";
import { summarize } from "../inspect/summary.ts";
import { verdicts } from "../inspect/verdict.ts";
import { palette } from "../palette.ts";

const HELP = `throughline inspect: what would be made of this event?

Usage: throughline inspect <event.json> [options]      "-" reads standard input
       throughline inspect --ndjson [options]

Options:
      --context <file>    Lambda's context object as JSON; its clientContext is looked at
      --xray <header>     the runtime's X-Ray header, as _X_AMZN_TRACE_ID has it
      --formats <a,b>     wire formats to look for, in this order: w3c, datadog, xray, b3, dynatrace
                          (the default)
      --merge <mode>      event (default): the event's context is the parent; xray: the runtime's; link: none
      --batch <mode>      auto (default): one trace is continued, several are linked; first; links
      --json              print JSON
      --ndjson            answer questions, one JSON object per line on standard input:
                          {"id", "event", "context", "xray", "options": {"formats", "merge", "batch"}}
                          Options given here hold for the lines that do not say otherwise.
  -h, --help              show this

Example:
  throughline inspect event.json --xray "Root=1-67891233-abcdef012345678912345678;Sampled=1"
`;

/** Prints what `resolve` makes of an event. */
export const inspect: Command = {
  help: HELP,
  async run(args, io) {
    const { values, positionals } = parse(args);
    const { formats, merge, batch, xray } = values;
    const choices = { formats, merge, batch };
    if (values.ndjson) {
      const misplaced = positionals[0] ?? (values.context && "--context") ?? (xray !== undefined && "--xray");
      if (misplaced) throw new UsageError(`--ndjson takes no ${misplaced}: each line brings its own.`);
      return answerLines(choices, io);
    }
    const [path, ...others] = positionals;
    if (path === undefined) throw new UsageError('which event? Name a file, or "-" for standard input.');
    if (others.length > 0)
      throw new UsageError(`one event at a time; "${others[0]}" is a second. Or use --ndjson.`);
    if (path === "-" && values.context === "-")
      throw new UsageError('event and context cannot both be "-". Put one of them into a file.');
    const { resolution, options } = examine(
      {
        event: await readJson(path, io),
        context: values.context === undefined ? undefined : await readJson(values.context, io),
        xray,
        options: choices,
      },
      "--",
    );
    const answer = values.json ? toJson(resolution, options) : describe(resolution, options, palette(io));
    io.stdout.write(answer);
    return 0;
  },
};

function toJson(resolution: Resolution, options: ResolveOptions): string {
  const { spanName = null } = resolution;
  const answer = { ...summarize(resolution), spanName, looked: verdicts(resolution, options) };
  return `${JSON.stringify(answer, null, 2)}\n`;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        context: { type: "string" },
        xray: { type: "string" },
        formats: { type: "string" },
        merge: { type: "string" },
        batch: { type: "string" },
        json: { type: "boolean" },
        ndjson: { type: "boolean" },
      },
    });
  } catch (error) {
    // What follows the first sentence is about files named like options.
    const [reason] = messageOf(error).split(/[.\n]/);
    throw new UsageError(`${reason}. See throughline inspect --help.`, { cause: error });
  }
}

async function readJson(path: string, { stdin }: Io): Promise<unknown> {
  const name = path === "-" ? "standard input" : path;
  const json = await (path === "-" ? text(stdin) : readFile(path, "utf8")).catch((error) => {
    throw new InputError(`cannot read ${name}: ${messageOf(error)}`, { cause: error });
  });
  try {
    return JSON.parse(json.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new InputError(`${name} is no JSON: ${messageOf(error)}`, { cause: error });
  }
}
