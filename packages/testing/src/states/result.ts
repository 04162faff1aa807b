import { setTimeout as delay } from "node:timers/promises";
import { innerGraphs, type StateDefinition, type StateGraph } from "./definition.ts";
import { carried, StateFailure } from "./failure.ts";
import type { Frame, Progress } from "./progress.ts";
import type { QueryLanguage } from "./query-language.ts";
import type { Scope } from "./scope.ts";
import { perform } from "./task.ts";

/** One attempt at a state. */
export interface Attempt {
  readonly state: StateDefinition;
  readonly language: QueryLanguage;
  readonly scope: Scope;
  readonly progress: Progress;
  readonly frame: Frame;
  /** What the holder of the task's token will report. */
  readonly issued: { readonly outcome: Promise<unknown> } | undefined;
  /** Runs the graphs inside the state. */
  readonly run: (graph: StateGraph, progress: Progress, frame: Frame) => Promise<unknown>;
}

/** What a state of any type but a choice gives, before it is put where its output fields say. */
export async function resultOf(attempt: Attempt): Promise<unknown> {
  const { state, language, scope } = attempt;
  switch (state.Type) {
    case "Task":
      return task(attempt);
    case "Parallel":
      return parallel(attempt);
    case "Map":
      return map(attempt);
    case "Wait":
      await wait(attempt);
      return language.payload(state, scope);
    case "Fail":
      throw new StateFailure(
        String((await language.value(state, "Error", scope)) ?? ""),
        String((await language.value(state, "Cause", scope)) ?? ""),
      );
    default: // Pass, Succeed
      return "Result" in state ? state.Result : language.payload(state, scope);
  }
}

async function task({ state, language, scope, frame, issued }: Attempt): Promise<unknown> {
  const { workers, traceHeader, signal } = frame;
  const parameters = carried(await language.payload(state, scope));
  const work = perform(String(state.Resource), parameters, { traceHeader, context: scope.context }, workers);
  const done = issued ? work.then(() => issued.outcome) : work;
  return carried(await within(done, await language.value(state, "TimeoutSeconds", scope), signal));
}

/** In seconds of the clock, however long a second of waiting takes. */
function within(work: Promise<unknown>, seconds: unknown, signal: AbortSignal): Promise<unknown> {
  const cut = Promise.withResolvers<never>();
  const timedOut = (): void => cut.reject(new StateFailure("States.Timeout", "The task timed out"));
  const timer = typeof seconds === "number" ? setTimeout(timedOut, seconds * 1000) : undefined;
  const abort = (): void => cut.reject(signal.reason);
  signal.addEventListener("abort", abort);
  return Promise.race([work, cut.promise]).finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  });
}

async function wait({ state, language, scope, frame: { second, signal } }: Attempt): Promise<void> {
  const timestamp = await language.value(state, "Timestamp", scope);
  const seconds =
    timestamp === undefined
      ? Number(await language.value(state, "Seconds", scope))
      : (Date.parse(String(timestamp)) - Date.now()) / 1000;
  if (Number.isNaN(seconds))
    throw new StateFailure("States.Runtime", "A wait has neither seconds nor a time");
  await delay(Math.max(0, seconds * second), undefined, { signal });
}

async function parallel(attempt: Attempt): Promise<unknown[]> {
  const { state, language, scope, frame } = attempt;
  const input = carried(await language.payload(state, scope));
  const branches = innerGraphs(state).map((graph) => ({ graph, input, context: frame.context }));
  return concurrently(branches, branches.length, attempt);
}

async function map(attempt: Attempt): Promise<unknown[]> {
  const { state, language, scope, frame } = attempt;
  const items = (await language.value(state, "Items", scope)) ?? (await language.payload(state, scope));
  const [graph] = innerGraphs(state);
  if (!Array.isArray(items) || !graph) throw new StateFailure("States.Runtime", "A map's items are no list");
  const branches = items.map(async (Value: unknown, Index) => {
    const item = { Map: { Item: { Index, Value } } };
    const input = await language.item(state, { ...scope, context: { ...scope.context, ...item } }, Value);
    return { graph, input: carried(input), context: { ...frame.context, ...item } };
  });
  const limit = Number(await language.value(state, "MaxConcurrency", scope)) || items.length;
  return concurrently(await Promise.all(branches), limit, attempt);
}

interface Branch {
  readonly graph: StateGraph;
  readonly input: unknown;
  readonly context: Frame["context"];
}

/** Side by side, at most `limit` at once. When one fails the others are stopped; each keeps how far it came. */
async function concurrently(
  branches: readonly Branch[],
  limit: number,
  { progress, scope, frame, run }: Attempt,
): Promise<unknown[]> {
  const { variables } = scope;
  progress.inner ??= branches.map(({ input }) => ({ input, variables }));
  const inner = progress.inner;
  const stop = new AbortController();
  const signal = AbortSignal.any([frame.signal, stop.signal]);
  const outputs: unknown[] = [];
  const waiting = branches.entries();
  const work = async (): Promise<void> => {
    for (const [index, { graph, context }] of waiting) {
      try {
        outputs[index] = await run(graph, inner[index]!, { ...frame, context, signal });
      } catch (reason) {
        stop.abort(reason); // The first one's stays.
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, work));
  signal.throwIfAborted();
  return outputs;
}
