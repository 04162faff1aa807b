import { defaultFormats } from "@throughline/propagation";
import { KEY } from "../json.ts";
import type { Dialect } from "./dialect.ts";

/**
 * In JSONata what is missing is left out, so the context object goes without the execution's input, and with the headers of the
 * trace context that was found in it.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export const jsonata: Dialect = {
  name: "JSONata",
  parameters: "Arguments",
  get context() {
    return asField(contextExpression());
  },
  guarded: true,
  expressionKey: (field) => field,
  isExpression: (value): value is string =>
    typeof value === "string" && value.startsWith("{%") && value.endsWith("%}"),
  merge,
  givesObject: () => false,
  carries: (expression) => /_datadog|\$states\.context(?![.\w])/.test(expression),
  text: (wrapped) =>
    asField(`$string(${wrapped ? `{'${KEY}': ${contextExpression()}}` : contextExpression()})`),
};

function asField(expression: string): string {
  return `{% ${expression} %}`;
}

// As the SDK's integrations want it. What is in it is not looked into.
const TEXT = /^\$string\(.*\)$/s;

/** The value is evaluated first, where none of our variables can be in the way of its own. */
function merge(expression: string): string | undefined {
  const value = expression.slice(2, -2).trim();
  if (TEXT.test(value)) return undefined;
  const merged = `$merge([$payload, {'${KEY}': ${contextExpression()}}])`;
  return asField(`($payload := (${value}); $type($payload) = 'object' ? ${merged} : $payload)`);
}

/**
 * The context object in Datadog's current form, `serverless-version` `v1`, and all that the input's trace context has. Where that
 * has no Datadog headers, `RootExecutionId` tells Datadog which execution the trace began with.
 *
 * The order in which the input is looked through is that of `extract`.
 */
function contextExpression(): string {
  const keys = new Set([...defaultFormats.flatMap((format) => format.keys), "baggage"]);
  const steps = [
    "$c := $states.context",
    "$i := $c.Execution.Input",
    `$h := function($o) { $type($o) = 'object' ? $sift($o, function($v, $k) { $type($v) = 'string' and $k in ${list(keys)} }) }`,
    `$l := function($p) { [$h($p.${KEY}), $h($p), $h($p.BatchInput.${KEY}), $h($p.BatchInput), $h($p.detail.${KEY}), $h($p.detail)] }`,
    `$p := [$i.${KEY}[Execution], $i.BatchInput.${KEY}[Execution], $i.CONTEXT[Execution]][0]`,
    "$u := [$l($i), $l($p.Execution.Input)][0]",
    "$r := $u.`x-datadog-trace-id` and $u.`x-datadog-tags` ? {} : {'RootExecutionId': [$p.RootExecutionId, $p.Execution.Id, $c.Execution.Id][0]}",
    "$e := $sift($c.Execution, function($v, $k) { $k != 'Input' })",
    "$merge([$u, $r, {'serverless-version': 'v1', 'Execution': $e, 'State': $c.State, 'StateMachine': $c.StateMachine}])",
  ];
  return `(${steps.join("; ")})`;
}

function list(keys: Iterable<string>): string {
  return `[${Array.from(keys, (key) => `'${key}'`).join(", ")}]`;
}
