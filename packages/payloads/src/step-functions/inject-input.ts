import type { Carried, Room } from "../carried.ts";
import { envelope } from "../envelope.ts";
import { limits } from "../limits.ts";

/**
 * The input of `StartExecution` or `StartSyncExecution` with a trace context in it, so that the execution's functions go on with
 * the caller's trace.
 *
 * A JSON text stays a text and keeps its spelling, an object becomes a copy. No input at all, for which AWS takes `{}`, becomes
 * the text of an object with the context. A text that holds no object is given back as it is, and so is an input that the
 * context would make longer than 262,144 bytes; `maxBytes` sets another bound. Never throws.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export function injectInput(input: undefined, carried: Carried, options?: Room): string | undefined;
export function injectInput<Input>(input: Input, carried: Carried, options?: Room): Input;
export function injectInput(input: unknown, carried: Carried, options: Room = {}): unknown {
  const bounded = { maxBytes: limits.stepFunctions.input, ...options };
  if (typeof input === "string") return envelope.injectText(input, carried, bounded);
  if (input !== undefined) return envelope.inject(input, carried, bounded);
  const text = envelope.injectText("{}", carried, bounded);
  return text === "{}" ? undefined : text;
}
