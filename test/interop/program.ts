import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Why nothing can be tested here; `undefined` where the tracers are installed. */
export const missing: string | undefined = existsSync(join(import.meta.dirname, "node_modules/dd-trace"))
  ? undefined
  : "the tracers are not installed: npm ci --prefix test/interop, from a registry that has them";

if (missing) console.warn(`Skipped: ${missing}`);

/** One tracer in a process of its own: they change what is loaded after them. */
export interface Program extends AsyncDisposable {
  /** The program's answer; rejects with what it threw. */
  ask<Answer>(name: string, asked: object): Promise<Answer>;
  /** What it printed. */
  readonly printed: string;
  stop(): Promise<void>;
}

/** Starts one of the programs beside this file. */
export async function startProgram(
  file: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Program> {
  let printed = "";
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  const child = fork(join(import.meta.dirname, "programs", file), {
    execArgv: ["--conditions=@throughline/source"],
    env: { PATH: process.env.PATH, ...ALONE, ...environment },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      printed += chunk.toString("utf8");
    });
  const closed = once(child, "close");
  const ready = new Promise<void>((resolve, reject) => {
    child.on("message", (message: Message) => {
      if (message.ready) return resolve();
      const { id = 0, answer, error } = message;
      const asker = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) asker?.resolve(answer);
      else asker?.reject(new Error(`${file}: ${error}`));
    });
    child.on("close", () => {
      const ended = new Error(`${file} ended:\n${printed}`);
      reject(ended);
      for (const asker of waiting.values()) asker.reject(ended);
    });
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await closed;
  };
  await ready;
  let ids = 0;
  return {
    ask<Answer>(name: string, asked: object) {
      const id = ++ids;
      return new Promise<Answer>((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        child.send({ id, name, asked });
      });
    },
    get printed() {
      return printed;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface Message {
  readonly ready?: boolean;
  readonly id?: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** Nobody is called home to: spans go to the program's own output, and no agent is looked for. */
const ALONE = {
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  DD_TRACE_EXPERIMENTAL_EXPORTER: "log",
  DD_TRACE_AGENT_URL: "http://127.0.0.1:9",
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: "false",
  DD_REMOTE_CONFIGURATION_ENABLED: "false",
  DD_TRACE_STARTUP_LOGS: "false",
  DD_ENHANCED_METRICS: "false",
  DD_LOCAL_TESTING: "true",
};
