import type { StateDefinition } from "./definition.ts";
import { jsonPath } from "./json-path.ts";
import { jsonata } from "./jsonata.ts";
import type { Scope, Variables } from "./scope.ts";

/** How a state's fields choose and shape data. */
export interface QueryLanguage {
  /** What a task is called with, a pass passes on, a branch begins with. */
  payload(state: StateDefinition, scope: Scope): Promise<unknown>;
  /** What a state with this result hands on. */
  output(state: StateDefinition, scope: Scope, result: unknown): Promise<unknown>;
  /** What a catcher hands on. */
  caught(catcher: Fields, scope: Scope, errorOutput: ErrorOutput): Promise<unknown>;
  /** A field that may be computed: `Seconds`, `Items`, `Cause` … */
  value(state: StateDefinition, field: string, scope: Scope): Promise<unknown>;
  /** What a map's item is before it is processed. */
  item(state: StateDefinition, scope: Scope, item: unknown): Promise<unknown>;
  /** Whether a choice's rule holds. */
  holds(rule: Fields, scope: Scope, state: StateDefinition): Promise<boolean>;
  /** The variables that `Assign` sets. */
  assigned(fields: Fields, scope: Scope, outcome: Outcome): Promise<Variables>;
}

export type Fields = Readonly<Record<string, unknown>>;

export interface ErrorOutput {
  readonly Error: string;
  readonly Cause: string;
}

/** What a state came to: a result, or a failure that was caught. */
export interface Outcome {
  readonly result?: unknown;
  readonly errorOutput?: ErrorOutput;
}

/** The language of a state in a graph whose states have `inherited` unless they say otherwise. */
export function queryLanguage({ QueryLanguage }: StateDefinition, inherited: string): QueryLanguage {
  return (QueryLanguage ?? inherited) === "JSONata" ? jsonata : jsonPath;
}
