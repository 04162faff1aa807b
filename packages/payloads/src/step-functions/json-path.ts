import { KEY } from "../json.ts";
import type { Dialect } from "./dialect.ts";

/**
 * JSONPath has no word for a field that may be missing: naming one that is fails the state. So the context object goes in its
 * three parts, which are always there, and the trace context that the execution's input may have goes inside `Execution.Input`.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
export const jsonPath: Dialect = {
  name: "JSONPath",
  parameters: "Parameters",
  context: { "Execution.$": "$$.Execution", "State.$": "$$.State", "StateMachine.$": "$$.StateMachine" },
  guarded: false,
  expressionKey: (field) => `${field}.$`,
  isExpression: (value): value is string => typeof value === "string",
  merge,
  givesObject: (expression) => unquoted(expression).startsWith("States.JsonMerge("),
  // All of the context object, or its state; other parts of it say nothing of where the task is.
  carries: (expression) => /\$\$(?:$|[,)\s[]|\.State\b)/.test(expression),
  text: (wrapped) => format(wrapped ? [`\\{"${KEY}":`, "\\}"] : ["", ""]),
};

function merge(expression: string): string | undefined {
  const value = unquoted(expression);
  if (!/^(?:\$|States\.(?:JsonMerge|StringToJson|ArrayGetItem)\()/.test(value)) return undefined;
  const merged = `States.JsonMerge(${value}, States.StringToJson(${jsonPath.text("wrapped")}), false)`;
  return value === expression ? merged : `${QUOTE}${merged})`;
}

const QUOTE = "States.JsonToString(";

/** What an expression makes a text of; the expression itself when it makes none. */
function unquoted(expression: string): string {
  const trimmed = expression.trim();
  return trimmed.startsWith(QUOTE) && trimmed.endsWith(")") ? trimmed.slice(QUOTE.length, -1) : expression;
}

// `Task`, the fourth part, holds a token that answers for the task; it is nobody else's to know.
const PARTS = ["Execution", "State", "StateMachine"];

function format([before, after]: readonly [string, string]): string {
  const template = PARTS.map((part) => `"${part}":{}`).join(",");
  const values = PARTS.map((part) => `States.JsonToString($$.${part})`).join(", ");
  return `States.Format('${before}\\{${template}\\}${after}', ${values})`;
}
