import { isRecord } from "../json.ts";
import { holds } from "./choice.ts";
import { StateFailure } from "./failure.ts";
import { intrinsic } from "./intrinsics.ts";
import { lookUp, place } from "./path.ts";
import type { QueryLanguage } from "./query-language.ts";
import type { Scope } from "./scope.ts";

/**
 * JSONPath: `InputPath` chooses, `Parameters` shapes, `ResultSelector` shapes the result, `ResultPath` puts it into the input,
 * `OutputPath` chooses again.
 *
 * Paths are the definite ones and `[*]`; filters, slices and `..` are refused at run time with `States.Runtime`.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
 */
export const jsonPath: QueryLanguage = {
  async payload(state, scope) {
    const input = chosen(state.InputPath, scope.input, scope);
    if (state.Type === "Map") return input; // There, Parameters are of an item.
    return "Parameters" in state ? fill(state.Parameters, input, scope) : input;
  },
  async output(state, scope, result) {
    const selected = "ResultSelector" in state ? fill(state.ResultSelector, result, scope) : result;
    return chosen(state.OutputPath, placed(state.ResultPath, scope.input, selected), scope);
  },
  async caught(catcher, scope, errorOutput) {
    return placed(catcher.ResultPath, scope.input, errorOutput);
  },
  async value(state, field, scope) {
    const path = state[`${field}Path`];
    return typeof path === "string"
      ? resolve(path, chosen(state.InputPath, scope.input, scope), scope)
      : state[field];
  },
  async item(state, scope, item) {
    const selector = state.ItemSelector ?? state.Parameters;
    if (selector === undefined) return item;
    return fill(selector, chosen(state.InputPath, scope.input, scope), scope);
  },
  async holds(rule, scope, state) {
    const input = chosen(state.InputPath, scope.input, scope);
    return holds(rule, (path) => find(path, input, scope));
  },
  async assigned(fields, scope, { result, errorOutput }) {
    return fill(fields.Assign ?? {}, errorOutput ?? result, scope) as Record<string, unknown>;
  },
};

/** What `InputPath` or `OutputPath` leaves of a value: `null` leaves an empty object. */
function chosen(path: unknown, value: unknown, scope: Scope): unknown {
  if (path === undefined) return value;
  if (path === null) return {};
  return resolve(String(path), value, scope);
}

function placed(path: unknown, input: unknown, result: unknown): unknown {
  if (path === null) return input;
  return path === undefined ? result : place(String(path), input, result);
}

/** A payload template: keys that end in `.$` are computed, everything else stays. */
function fill(template: unknown, data: unknown, scope: Scope): unknown {
  if (Array.isArray(template)) return template.map((each) => fill(each, data, scope));
  if (!isRecord(template)) return template;
  const entries = Object.entries(template).map(([key, value]) => {
    if (!key.endsWith(".$")) return [key, fill(value, data, scope)];
    if (typeof value === "string") return [key.slice(0, -2), resolve(value, data, scope, PARAMETER)];
    throw new StateFailure("States.Runtime", `The value of "${key}" is neither a path nor a function`);
  });
  return Object.fromEntries(entries);
}

const PARAMETER = "States.ParameterPathFailure";

/** The value of a path or an intrinsic function; a path to nothing fails. */
function resolve(expression: string, data: unknown, scope: Scope, failure = "States.Runtime"): unknown {
  if (expression.startsWith("States."))
    return intrinsic(expression, (path) => resolve(path, data, scope, failure));
  const found = find(expression, data, scope);
  if (found) return found.value;
  throw new StateFailure(failure, `The JSONPath '${expression}' could not be found`);
}

/** `$$` is the context object, `$name` a variable, `$` the data. */
function find(path: string, data: unknown, { context, variables }: Scope): { value: unknown } | undefined {
  if (path.startsWith("$$")) return lookUp(path.slice(1), context);
  return /^\$\w/.test(path) ? lookUp(`$.${path.slice(1)}`, variables) : lookUp(path, data);
}
