import { randomUUID } from "node:crypto";
import { ACCOUNT_ID } from "../events/events.ts";
import type { StateMachineDefinition } from "./definition.ts";
import { failureOf, StateFailure } from "./failure.ts";
import type { Progress } from "./progress.ts";
import { run } from "./run.ts";
import type { StateContext } from "./scope.ts";
import type { Workers } from "./task.ts";
import type { Tokens } from "./tokens.ts";

/** How an execution ended. */
export interface ExecutionResult {
  readonly status: "SUCCEEDED" | "FAILED" | "ABORTED";
  /** `undefined` unless it succeeded. */
  readonly output?: unknown;
  /** The failure's name, and its cause. */
  readonly error?: string;
  readonly cause?: string;
}

export interface Execution {
  readonly name: string;
  readonly arn: string;
  readonly input: unknown;
  readonly traceHeader: string | undefined;
  readonly startDate: Date;
  readonly stopDate: Date | undefined;
  readonly redriveCount: number;
  readonly redriveDate: Date | undefined;
  readonly status: ExecutionResult["status"] | "RUNNING";
  /** Resolves, also when the execution fails; after a redrive it is another promise. */
  readonly done: Promise<ExecutionResult>;
  /** The context of each attempt at a state, in order. */
  readonly visits: readonly StateContext[];
  /** Stops it; it is `ABORTED`. */
  stop(error?: string, cause?: string): void;
  /**
   * Continues at the state that failed, or at the branches of it that did, with the same input and a redrive count that is one
   * higher. Throws where the execution is running, has succeeded, or is of an express machine.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
   */
  redrive(): Promise<ExecutionResult>;
}

export interface RunningMachine {
  readonly name: string;
  readonly arn: string;
  readonly type: "STANDARD" | "EXPRESS";
  readonly definition: StateMachineDefinition;
  readonly workers: Workers;
  readonly tokens: Tokens;
  readonly second: number;
}

/** The first state is entered on the next turn: its caller has the execution's ARN before. */
export function startExecution(
  machine: RunningMachine,
  given: unknown,
  { name = randomUUID(), traceHeader }: { name?: string | undefined; traceHeader?: string | undefined },
): Execution {
  const arn = arnOf(machine, name);
  const input: unknown = structuredClone(given);
  const progress: Progress = { input: structuredClone(given) };
  const startDate = new Date();
  const visits: StateContext[] = [];
  let [stopDate, redriveDate]: (Date | undefined)[] = [];
  let status: Execution["status"] = "RUNNING";
  let redriveCount = 0;
  let stopping = new AbortController();

  const play = async (): Promise<ExecutionResult> => {
    const Execution = {
      Id: arn,
      Input: input,
      Name: name,
      RoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/${machine.name}`,
      StartTime: startDate.toISOString(),
      RedriveCount: redriveCount,
      ...(redriveDate && { RedriveTime: redriveDate.toISOString() }),
    };
    const { workers, tokens, second, definition } = machine;
    await new Promise((resolve) => setImmediate(resolve));
    const result = await run(definition, progress, {
      context: { Execution, StateMachine: { Id: machine.arn, Name: machine.name } },
      ...{ traceHeader, workers, tokens, second, signal: stopping.signal },
      language: definition.QueryLanguage ?? "JSONPath",
      entered: (context) => visits.push(structuredClone(context)),
    }).then(
      (output): ExecutionResult => ({ status: "SUCCEEDED", output }),
      (thrown): ExecutionResult => {
        const { error, cause } = failureOf(thrown);
        return { status: stopping.signal.aborted ? "ABORTED" : "FAILED", error, cause };
      },
    );
    stopDate = new Date();
    status = result.status;
    return result;
  };
  let done = play();

  return {
    ...{ name, arn, input, traceHeader, startDate, visits },
    get stopDate() {
      return stopDate;
    },
    get redriveCount() {
      return redriveCount;
    },
    get redriveDate() {
      return redriveDate;
    },
    get status() {
      return status;
    },
    get done() {
      return done;
    },
    stop(error = "", cause = "") {
      stopping.abort(new StateFailure(error, cause));
    },
    redrive() {
      if (machine.type === "EXPRESS" || status === "RUNNING" || status === "SUCCEEDED") {
        throw new TypeError(`redrive(): ${arn} is ${machine.type} and ${status}: it cannot be redriven`);
      }
      redriveCount += 1;
      redriveDate = new Date();
      stopDate = undefined;
      status = "RUNNING";
      stopping = new AbortController();
      done = play();
      return done;
    },
  };
}

function arnOf({ arn, type }: RunningMachine, name: string): string {
  if (type === "STANDARD") return `${arn.replace(":stateMachine:", ":execution:")}:${name}`;
  return `${arn.replace(":stateMachine:", ":express:")}:${name}:${randomUUID()}`;
}
