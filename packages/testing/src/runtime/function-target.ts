import type { InvokeOptions } from "./answer.ts";

/** What comes to a function beside its event. */
export type Delivery = Omit<InvokeOptions, "timeout">;

/** Runs a function; the `invoke` of one that `startFunction` gave is such a target. */
export type FunctionTarget = (event: unknown, delivery: Delivery) => Promise<unknown>;

const REFERENCE =
  /^(?:arn:aws[\w-]*:lambda:[a-z0-9-]+:)?(?:\d{12}:)?(?:function:)?([A-Za-z0-9_-]{1,64})(?::(\$LATEST|[A-Za-z0-9_-]+))?$/;

/** A function's name and qualifier in a name, a partial ARN or an ARN; `undefined` for what is none. */
export function parseFunctionName(
  reference: string,
): { readonly name: string; readonly qualifier: string | undefined } | undefined {
  const [, name, qualifier] = REFERENCE.exec(reference) ?? [];
  return name === undefined ? undefined : { name, qualifier };
}
