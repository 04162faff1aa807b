/** How the states of one query language say that a context is to be sent. */
export interface Dialect {
  readonly name: "JSONPath" | "JSONata";
  /** The field that holds what a task sends. */
  readonly parameters: "Parameters" | "Arguments";
  /** What stands under `_datadog` in a template: the context object, with all a reader needs of it. */
  readonly context: unknown;
  /** Whether a merged expression still works where its value is no object. */
  readonly guarded: boolean;
  /** A field whose value is an expression, as it is named here. */
  expressionKey(field: string): string;
  isExpression(value: unknown): value is string;
  /** An expression's value with the context under `_datadog`; `undefined` for an expression that never gives an object. */
  merge(expression: string): string | undefined;
  /** Whether an expression always gives an object. */
  givesObject(expression: string): boolean;
  /** Whether an expression adds the context object already. */
  carries(expression: string): boolean;
  /** An expression for the context object as a JSON text; `wrapped`: that of an object that has it under `_datadog`. */
  text(wrapped?: "wrapped"): string;
}
