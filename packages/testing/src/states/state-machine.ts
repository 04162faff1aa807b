import { ACCOUNT_ID, REGION } from "../events/events.ts";
import { checkGraph, innerGraphs, type StateGraph, type StateMachineDefinition } from "./definition.ts";
import { type Execution, startExecution } from "./execution.ts";
import { isKnown, type Workers } from "./task.ts";
import { createTokens, type Tokens } from "./tokens.ts";

export interface StateMachineOptions {
  readonly name: string;
  readonly definition: StateMachineDefinition;
  /** Default `STANDARD`. */
  readonly type?: "STANDARD" | "EXPRESS" | undefined;
  /** By name: those that the definition's tasks invoke. */
  readonly functions?: Workers["functions"] | undefined;
  /** By resource, `arn:aws:states:::sqs:sendMessage` for one: what does the other tasks' work. */
  readonly tasks?: Workers["tasks"] | undefined;
  /** Milliseconds that a second takes, in waits and before retries; default 0. Time-outs are in real seconds. */
  readonly second?: number | undefined;
}

export interface StateMachine {
  readonly name: string;
  readonly arn: string;
  readonly type: "STANDARD" | "EXPRESS";
  /** Every execution so far, in order. */
  readonly executions: readonly Execution[];
  /** The task tokens that were issued and not reported yet. */
  readonly tokens: Pick<Tokens, "succeed" | "fail">;
  /** Starts an execution with an input, `{}` by default; the caller sees to it that the name is a new one. */
  start(input?: unknown, options?: StartOptions): Execution;
}

export interface StartOptions {
  /** Default a new UUID. */
  readonly name?: string | undefined;
  /** Every task's function is invoked with it. */
  readonly traceHeader?: string | undefined;
}

/**
 * A state machine that runs in this process, in JSONPath or JSONata, with the whole context object.
 *
 * It plays tasks (functions, whatever `tasks` does, with and without a token), passes, choices, waits, parallels, inline maps,
 * retries and catches. Throws a `TypeError` for a definition that AWS would refuse, or a task that nobody works for.
 *
 * Tasks get the header that the execution was started with, as it is: nothing here makes spans of its own.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
 *
 * @example
 * const orders = stateMachine({ name: "orders", definition, functions: { charge: charge.invoke } });
 * const { status, output } = await orders.start({ order: 17 }).done;
 */
export function stateMachine(options: StateMachineOptions): StateMachine {
  const { name, definition, type = "STANDARD", functions = {}, tasks = {}, second = 0 } = options;
  checkGraph(definition, name);
  const workers = { functions, tasks };
  checkTasks(definition, workers);
  const arn = `arn:aws:states:${REGION}:${ACCOUNT_ID}:stateMachine:${name}`;
  const executions: Execution[] = [];
  const tokens = createTokens();
  return {
    name,
    arn,
    type,
    executions,
    tokens,
    start(input = {}, startOptions = {}) {
      const machine = { name, arn, type, definition, workers, tokens, second };
      const execution = startExecution(machine, input, startOptions);
      executions.push(execution);
      return execution;
    },
  };
}

function checkTasks({ States }: StateGraph, workers: Workers): void {
  for (const [name, state] of Object.entries(States)) {
    for (const graph of innerGraphs(state)) checkTasks(graph, workers);
    if (state.Type !== "Task" || isKnown(String(state.Resource), workers)) continue;
    throw new TypeError(
      `stateMachine({ tasks, functions }): ${name} needs "${state.Resource}": give a task of that name, or the function`,
    );
  }
}
