import type { StateDefinition } from "./definition.ts";
import { names, type StateFailure } from "./failure.ts";
import type { Fields } from "./query-language.ts";

/** How often each of a state's retriers was used. */
export type Attempts = Map<Retrier, number>;

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
}

interface Catcher extends Fields {
  readonly ErrorEquals: readonly string[];
}

/** Seconds until the next attempt, which is counted; `undefined` when there is none. */
export function secondsToRetry(
  state: StateDefinition,
  failure: StateFailure,
  attempts: Attempts,
): number | undefined {
  const retriers = (state.Retry ?? []) as readonly Retrier[];
  const retrier = retriers.find(({ ErrorEquals }) => names(ErrorEquals, failure));
  if (!retrier) return undefined;
  const { IntervalSeconds = 1, BackoffRate = 2, MaxAttempts = 3, MaxDelaySeconds } = retrier;
  const made = attempts.get(retrier) ?? 0;
  if (made >= MaxAttempts) return undefined;
  attempts.set(retrier, made + 1);
  return Math.min(IntervalSeconds * BackoffRate ** made, MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
}

/** The first catcher that names the failure. */
export function catcherOf(state: StateDefinition, failure: StateFailure): Catcher | undefined {
  const catchers = (state.Catch ?? []) as readonly Catcher[];
  return catchers.find(({ ErrorEquals }) => names(ErrorEquals, failure));
}
