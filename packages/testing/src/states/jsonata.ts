import { createHash, randomUUID } from "node:crypto";
import compile from "jsonata";
import { isRecord } from "../json.ts";
import { StateFailure } from "./failure.ts";
import type { Outcome, QueryLanguage } from "./query-language.ts";
import type { Scope } from "./scope.ts";

/**
 * JSONata, evaluated by its own engine: any text `{% … %}`, at any depth, is an expression over `$states`.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export const jsonata: QueryLanguage = {
  async payload(state, scope) {
    return "Arguments" in state ? fill(state.Arguments, scope) : scope.input;
  },
  async output(state, scope, result) {
    return "Output" in state ? fill(state.Output, scope, { result }) : result;
  },
  async caught(catcher, scope, errorOutput) {
    return "Output" in catcher ? fill(catcher.Output, scope, { errorOutput }) : errorOutput;
  },
  value: (state, field, scope) => fill(state[field], scope),
  async item(state, scope, item) {
    return "ItemSelector" in state ? fill(state.ItemSelector, scope) : item;
  },
  async holds(rule, scope) {
    const condition = await fill(rule.Condition, scope);
    if (typeof condition === "boolean") return condition;
    throw new StateFailure("States.QueryEvaluationError", "a Condition gave no boolean");
  },
  async assigned(fields, scope, outcome) {
    return (await fill(fields.Assign ?? {}, scope, outcome)) as Record<string, unknown>;
  },
};

const EXPRESSION = /^\{%(.*)%\}$/s;

async function fill(template: unknown, scope: Scope, outcome: Outcome = {}): Promise<unknown> {
  if (typeof template === "string") {
    const [, expression] = EXPRESSION.exec(template) ?? [];
    return expression === undefined ? template : evaluate(expression, scope, outcome);
  }
  if (Array.isArray(template)) return Promise.all(template.map((each) => fill(each, scope, outcome)));
  if (!isRecord(template)) return template;
  const entries = Object.entries(template);
  const filled = entries.map(async ([key, value]) => [key, await fill(value, scope, outcome)] as const);
  return Object.fromEntries(await Promise.all(filled));
}

async function evaluate(expression: string, scope: Scope, outcome: Outcome): Promise<unknown> {
  const { input, context, variables } = scope;
  try {
    const compiled = compile(expression.trim());
    for (const [name, [implementation, signature]] of Object.entries(FUNCTIONS)) {
      compiled.registerFunction(name, implementation, signature);
    }
    const value = await compiled.evaluate(undefined, {
      ...variables,
      states: { input, context, ...outcome },
    });
    if (value === undefined) throw new TypeError(`"${expression.trim()}" gave nothing`);
    // The engine's own lists have more than their items.
    return JSON.parse(JSON.stringify(value));
  } catch (error) {
    throw new StateFailure("States.QueryEvaluationError", messageOf(error));
  }
}

/** JSONata's errors are objects with a message, not all of them Errors. */
function messageOf(error: unknown): string {
  return isRecord(error) || error instanceof Error ? String(error.message) : String(error);
}

type Registered = Parameters<ReturnType<typeof compile>["registerFunction"]>[1];

/** What Step Functions adds to the language. */
const FUNCTIONS: Readonly<Record<string, readonly [Registered, string]>> = {
  uuid: [() => randomUUID(), "<:s>"],
  parse: [(text: string) => JSON.parse(text), "<s:x>"],
  hash: [
    (text: string, algorithm: string) =>
      createHash(algorithm.replace("-", "").toLowerCase()).update(text).digest("hex"),
    "<ss:s>",
  ],
  range: [
    (first: number, last: number, step: number) =>
      Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step),
    "<nnn:a>",
  ],
  partition: [
    (list: unknown[], size: number) =>
      Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
        list.slice(index * size, (index + 1) * size),
      ),
    "<an:a>",
  ],
};
