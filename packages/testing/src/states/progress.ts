import type { StateContext, Variables } from "./scope.ts";
import type { Workers } from "./task.ts";
import type { Tokens } from "./tokens.ts";

/** How far a graph has come: what a redrive continues from. */
export interface Progress {
  input: unknown;
  /** The state it is in; `undefined` before the first and after the last. */
  state?: string | undefined;
  variables?: Variables | undefined;
  /** Of the branches or items of the state it is in. */
  inner?: Progress[] | undefined;
  /** When it is through. */
  output?: { readonly value: unknown } | undefined;
}

/** What is the same for all states of a graph. */
export interface Frame {
  readonly context: Pick<StateContext, "Execution" | "StateMachine" | "Map">;
  readonly traceHeader: string | undefined;
  readonly workers: Workers;
  readonly tokens: Tokens;
  /** Milliseconds that a second of waiting takes. */
  readonly second: number;
  readonly language: string;
  /** Aborted when the execution is stopped, or a branch beside this one failed. */
  readonly signal: AbortSignal;
  /** Told of each attempt at a state. */
  readonly entered: (context: StateContext) => void;
}
