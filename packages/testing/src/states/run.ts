import { setTimeout as delay } from "node:timers/promises";
import type { StateDefinition, StateGraph } from "./definition.ts";
import { carried, failureOf, StateFailure } from "./failure.ts";
import type { Frame, Progress } from "./progress.ts";
import { type Fields, type Outcome, type QueryLanguage, queryLanguage } from "./query-language.ts";
import { resultOf } from "./result.ts";
import { type Attempts, catcherOf, secondsToRetry } from "./retry.ts";
import type { Scope, StateContext, Variables } from "./scope.ts";
import { waitsForToken } from "./task.ts";

/** Runs a graph from where it is to its end; rejects with a `StateFailure`. */
export async function run(graph: StateGraph, progress: Progress, frame: Frame): Promise<unknown> {
  const language = graph.QueryLanguage ?? frame.language;
  while (!progress.output) {
    const name = progress.state ?? graph.StartAt;
    progress.state = name;
    const { output, next, variables } = await enter(name, graph.States[name]!, progress, {
      ...frame,
      language,
    });
    Object.assign(progress, { input: output, state: next, variables, inner: undefined });
    if (next === undefined) progress.output = { value: output };
  }
  return progress.output.value;
}

interface Exit {
  readonly output: unknown;
  readonly next: string | undefined;
  readonly variables: Variables;
}

/** One state, with its retries. */
async function enter(name: string, state: StateDefinition, progress: Progress, frame: Frame): Promise<Exit> {
  const language = queryLanguage(state, frame.language);
  const EnteredTime = new Date().toISOString();
  const attempts: Attempts = new Map();
  for (let RetryCount = 0; ; RetryCount += 1) {
    const issued = waitsForToken(state.Resource) ? frame.tokens.issue() : undefined;
    const context: StateContext = {
      ...frame.context,
      State: { EnteredTime, Name: name, RetryCount },
      ...(issued && { Task: { Token: issued.token } }),
    };
    const scope: Scope = { input: progress.input, context, variables: progress.variables ?? {} };
    try {
      frame.signal.throwIfAborted();
      frame.entered(context);
      if (state.Type === "Choice") return await choose(state, language, scope);
      const result = await resultOf({ state, language, scope, progress, frame, issued, run });
      const output = await language.output(state, scope, result);
      return await leave(state, language, scope, { result }, output);
    } catch (thrown) {
      frame.signal.throwIfAborted();
      const failure = failureOf(thrown);
      const wait = secondsToRetry(state, failure, attempts);
      if (wait === undefined) return await recover(state, language, scope, failure);
      await delay(wait * frame.second);
      progress.inner = undefined;
    }
  }
}

async function leave(
  fields: Fields,
  language: QueryLanguage,
  scope: Scope,
  outcome: Outcome,
  output: unknown,
): Promise<Exit> {
  const variables = { ...scope.variables, ...(await language.assigned(fields, scope, outcome)) };
  return { output: carried(output), next: fields.Next as string | undefined, variables };
}

async function choose(state: StateDefinition, language: QueryLanguage, scope: Scope): Promise<Exit> {
  const result = await language.payload(state, scope);
  const fields = await chosen(state, language, scope);
  return leave(fields, language, scope, { result }, await language.output(fields, scope, result));
}

/** The rule that holds has an `Output` and an `Assign` of its own; the state's are for its default. */
async function chosen(
  state: StateDefinition,
  language: QueryLanguage,
  scope: Scope,
): Promise<StateDefinition> {
  const { Type, OutputPath, Choices, Default } = state;
  for (const rule of Choices as Fields[]) {
    if (await language.holds(rule, scope, state)) return { Type, OutputPath, ...rule };
  }
  if (typeof Default === "string") return { ...state, Next: Default };
  throw new StateFailure("States.NoChoiceMatched", "No choice holds, and there is no default");
}

async function recover(
  state: StateDefinition,
  language: QueryLanguage,
  scope: Scope,
  failure: StateFailure,
): Promise<Exit> {
  const catcher = catcherOf(state, failure);
  if (!catcher) throw failure;
  const errorOutput = { Error: failure.error, Cause: failure.cause };
  const output = await language.caught(catcher, scope, errorOutput);
  return leave(catcher, language, scope, { errorOutput }, output);
}
