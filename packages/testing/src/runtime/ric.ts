import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { InvokeOptions } from "./answer.ts";
import { RuntimeApi, type RuntimeEvent } from "./runtime.ts";

export interface FunctionOptions {
  /** The folder of the function's code (`LAMBDA_TASK_ROOT`). */
  readonly taskRoot: string;
  /** As in Lambda's configuration, `file.export`; default `index.handler`. */
  readonly handler?: string | undefined;
  readonly name?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds; default 10,000. */
  readonly timeout?: number | undefined;
  /** More than 1 runs the function as on Managed Instances, on `workers` threads (default 1). */
  readonly concurrency?: number | undefined;
  readonly workers?: number | undefined;
  /** Whether the process is stopped between invocations, as Lambda does; default true. */
  readonly freeze?: boolean | undefined;
  /** The Node binary; default this process's. */
  readonly node?: string | undefined;
  /** Milliseconds before an extension's registration is answered; default 0. */
  readonly registrationDelay?: number | undefined;
}

/** A function in an execution environment of its own: one process, started cold. */
export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  /**
   * Gives the function's result as soon as it posted it.
   *
   * Rejects with a `FunctionError` when the handler failed, timed out or could not be loaded.
   */
  invoke(event: unknown, options?: InvokeOptions): Promise<unknown>;
  /** Everything that happened, in order; starts anew with the environment. */
  readonly timeline: readonly RuntimeEvent[];
  /** What the function wrote to stdout and stderr. */
  readonly log: string;
  /** Resolves when every invocation's phase is over and the environment idle. */
  settled(): Promise<void>;
  /** Ends the environment as Lambda does: SIGTERM and a grace of 500 ms where an extension is registered, else SIGKILL. */
  stop(): Promise<void>;
}

const GRACE = 500;

/**
 * Starts a function on the real Node runtime client (`aws-lambda-ric`), with the Runtime API beside it.
 *
 * Where the client's native addon was not built, its requests are made by a preload that keeps the addon's manners. A process
 * that died (an uncaught error, a timeout) is replaced at the next invocation, as Lambda does.
 */
export async function startFunction(options: FunctionOptions): Promise<LambdaFunction> {
  const {
    name = "function",
    timeout = 10_000,
    concurrency = 1,
    freeze = true,
    registrationDelay = 0,
  } = options;
  const { handler = "index.handler" } = options;
  const arn = `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
  let log = "";
  let stopped = false;
  let environment = await start();

  async function start() {
    const api = new RuntimeApi({
      functionArn: arn,
      functionName: name,
      handler,
      timeout,
      concurrency,
      registrationDelay,
      freeze: (frozen) => {
        if (freeze && !stopped) child.kill(frozen ? "SIGSTOP" : "SIGCONT");
      },
      kill: () => child.kill("SIGKILL"),
    });
    const address = await api.listen();
    const child = spawn(...command(options), {
      env: { ...lambdaEnvironment(options, name, address), ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        log += chunk.toString("utf8");
      });
    }
    // "close" comes when its last output has been read, too.
    const exited = once(child, "close").then(([code, signal]) => {
      api.note("exit", undefined, String(signal ?? code));
      api.died(new Error(`Runtime exited: ${signal ?? code}\n${log}`));
    });
    return { api, child, exited };
  }

  return {
    name,
    arn,
    async invoke(event, invokeOptions) {
      if (stopped) throw new Error(`${name} was stopped`);
      if (environment.child.exitCode !== null || environment.child.signalCode !== null) {
        await environment.api.close();
        environment = await start();
      }
      return environment.api.invoke(event, invokeOptions);
    },
    get timeline() {
      return environment.api.timeline;
    },
    get log() {
      return log;
    },
    async settled() {
      while (!environment.api.settled) await delay(2);
    },
    async stop() {
      stopped = true;
      await end(environment.api, environment.child, environment.exited);
    },
  };
}

async function end(api: RuntimeApi, child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill("SIGCONT");
  if (api.hasExtensions) {
    child.kill("SIGTERM");
    await Promise.race([exited, delay(GRACE)]);
  }
  child.kill("SIGKILL");
  await exited;
  await api.close();
}

/** `node [preload] aws-lambda-ric/index.mjs file.export`. */
function command({
  handler = "index.handler",
  node = process.execPath,
}: FunctionOptions): [string, string[]] {
  const { resolve } = createRequire(import.meta.url);
  const ric = dirname(runtimeClient(resolve));
  const transport = join(dirname(resolve("@throughline/testing/package.json")), "ric-transport.cjs");
  const preload = existsSync(join(ric, "rapid-client.node")) ? [] : ["--require", transport];
  return [node, [...preload, join(ric, "index.mjs"), handler]];
}

/** It is an optional peer, as npm would compile its native part, which the transport stands in for. */
function runtimeClient(resolve: (id: string) => string): string {
  try {
    return resolve("aws-lambda-ric/package.json");
  } catch (cause) {
    throw new Error("startFunction(): needs `npm install --ignore-scripts aws-lambda-ric@4`", { cause });
  }
}

function lambdaEnvironment(options: FunctionOptions, name: string, address: string): Record<string, string> {
  const { concurrency = 1, workers = 1, handler = "index.handler", taskRoot } = options;
  const managed: Record<string, string> = {
    AWS_LAMBDA_MAX_CONCURRENCY: String(concurrency),
    AWS_LAMBDA_NODEJS_WORKER_COUNT: String(workers),
    AWS_LAMBDA_INITIALIZATION_TYPE: "lambda-managed-instances",
  };
  return {
    PATH: process.env.PATH ?? "",
    TZ: ":UTC",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_LAMBDA_RUNTIME_API: address,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "2026/11/20/[$LATEST]0123456789abcdef0123456789abcdef",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
    LAMBDA_TASK_ROOT: taskRoot,
    _HANDLER: handler,
    ...(concurrency > 1 ? managed : {}),
  };
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
