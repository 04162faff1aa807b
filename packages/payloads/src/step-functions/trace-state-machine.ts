import { isRecord, parseJson, parseVerbatim } from "../json.ts";
import { type Edit, own, type Point, type Template } from "./add-context.ts";
import { addToMap } from "./add-to-map.ts";
import { addToTask } from "./add-to-task.ts";
import type { Dialect } from "./dialect.ts";
import { jsonPath } from "./json-path.ts";
import { jsonata } from "./jsonata.ts";

/** What became of one field of a state machine that can hold a context. */
export interface TracedField extends Point {
  readonly state: string;
  /** What the state starts: its resource, or `map` for a distributed Map. */
  readonly resource: string;
}

/** A definition with the context in all tasks that can carry it, and what became of each of them. */
export interface TracedStateMachine<Definition> {
  readonly definition: Definition;
  readonly fields: readonly TracedField[];
}

export interface TraceStateMachineOptions {
  /**
   * The states whose JSONPath payload (`"Payload.$": "$.order"`) always is an object, by name; `true` for all of them. Default
   * none: merging a context into a list or a text fails the state.
   */
  readonly objects?: boolean | readonly string[] | undefined;
}

/**
 * A state machine's definition in Amazon States Language whose tasks send the trace context on: invocations of functions, SQS
 * and SNS messages, EventBridge events, nested executions and the child executions of distributed Maps.
 *
 * JSON text gives JSON text, an object gives a copy; neither is changed itself. What a state says already stays, so a second time
 * changes nothing. Where a context might fail the state, whatever its size, it is left, and `fields` says why.
 *
 * What the context adds counts: more than Step Functions' 262,144 bytes fail a state. JSONPath tasks send the execution's input
 * along, which a child of a distributed Map has its whole batch in; JSONata tasks some hundred bytes and the trace's headers.
 *
 * @throws TypeError for what is no definition, and for an `objects` that names a state which is not there.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
 */
export function traceStateMachine(
  definition: string,
  options?: TraceStateMachineOptions,
): TracedStateMachine<string>;
export function traceStateMachine<Definition extends object>(
  definition: Definition,
  options?: TraceStateMachineOptions,
): TracedStateMachine<Definition>;
export function traceStateMachine(
  definition: string | object,
  { objects = false }: TraceStateMachineOptions = {},
): TracedStateMachine<string | object> {
  const machine = toMachine(definition);
  checkObjects(objects);
  const walk: Walk = {
    fields: [],
    seen: new Set(),
    language: machine.QueryLanguage,
    isObject: typeof objects === "boolean" ? () => objects : (state) => objects.includes(state),
  };
  const traced = traceStates(machine, "", walk);
  checkNames(objects, walk.seen);
  const isChanged = walk.fields.some(({ outcome }) => outcome === "added");
  const { fields } = walk;
  if (typeof definition !== "string") return { definition: isChanged ? traced : definition, fields };
  return { definition: isChanged ? toText(traced, definition) : definition, fields };
}

interface Walk {
  readonly fields: TracedField[];
  /** Names of all states. */
  readonly seen: Set<string>;
  /** The machine's own query language. */
  readonly language: unknown;
  isObject(state: string): boolean;
}

/** A machine, a branch or a Map's processor. */
function traceStates(machine: Template, at: string, walk: Walk): Template {
  if (!isRecord(machine.States)) return machine;
  const states = Object.entries(machine.States).map(([name, state]) => {
    walk.seen.add(name);
    return [name, isRecord(state) ? traceState(name, state, `${at}States.${name}`, walk) : state];
  });
  return { ...machine, States: Object.fromEntries(states) };
}

function traceState(name: string, state: Template, at: string, walk: Walk): Template {
  const scope = { at, dialect: dialectOf(state, walk), givesObjects: walk.isObject(name) };
  const report = (edit: Edit | undefined, resource: string): Template => {
    walk.fields.push(...(edit?.points ?? []).map((point) => ({ state: name, resource, ...point })));
    return edit?.template ?? state;
  };
  switch (state.Type) {
    case "Task":
      return report(addToTask(state, scope), resourceOf(state));
    case "Map":
      return traceProcessors(report(addToMap(state, scope), "map"), at, walk);
    case "Parallel":
      return Array.isArray(state.Branches) ? traceBranches(state, state.Branches, at, walk) : state;
    default:
      return state;
  }
}

function traceBranches(state: Template, branches: readonly unknown[], at: string, walk: Walk): Template {
  const traced = branches.map((branch, index) =>
    isRecord(branch) ? traceStates(branch, `${at}.Branches[${index}].`, walk) : branch,
  );
  return { ...state, Branches: traced };
}

/** `Iterator` is what `ItemProcessor` was called before. */
function traceProcessors(state: Template, at: string, walk: Walk): Template {
  const traced = ["ItemProcessor", "Iterator"].flatMap((field) => {
    const processor = state[field];
    return isRecord(processor) ? [[field, traceStates(processor, `${at}.${field}.`, walk)]] : [];
  });
  return { ...state, ...Object.fromEntries(traced) };
}

function dialectOf({ QueryLanguage }: Template, { language }: Walk): Dialect {
  return (QueryLanguage ?? language) === jsonata.name ? jsonata : jsonPath;
}

function resourceOf({ Resource }: Template): string {
  return typeof Resource === "string" ? Resource : JSON.stringify(Resource ?? null);
}

function toMachine(definition: unknown): Template {
  const machine: unknown = typeof definition === "string" ? parseJson(definition) : definition;
  if (isRecord(machine) && isRecord(machine.States)) return machine;
  throw new TypeError(
    "traceStateMachine(definition): expected a state machine in Amazon States Language, an object with `States` or its JSON text",
  );
}

/** Indented as the original is, its numbers spelled as there. */
function toText(machine: Template, original: string): string {
  const [, indent] = /\n([ \t]+)"/.exec(original) ?? [];
  const end = original.slice(original.trimEnd().length);
  return JSON.stringify(spelled(machine, parseVerbatim(original)), undefined, indent) + end;
}

/** Fields are added and texts are changed, nothing moves: a number stands where it stood in the original. */
function spelled(value: unknown, original: unknown): unknown {
  if (typeof value === "number") return original ?? value;
  if (typeof value !== "object" || value === null) return value;
  const from = Object(original) as Template;
  if (Array.isArray(value)) return value.map((item, index) => spelled(item, from[index]));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spelled(one, own(from, key))]));
}

function checkObjects(objects: unknown): void {
  if (typeof objects === "boolean" || Array.isArray(objects)) return;
  throw new TypeError("traceStateMachine({ objects }): expected `true`, `false` or a list of states' names");
}

function checkNames(objects: boolean | readonly string[], seen: ReadonlySet<string>): void {
  const strangers = typeof objects === "boolean" ? [] : objects.filter((name) => !seen.has(name));
  if (strangers.length === 0) return;
  throw new TypeError(`traceStateMachine({ objects }): the definition has no state ${strangers.join(", ")}`);
}
