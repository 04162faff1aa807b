import { FunctionError } from "../runtime/answer.ts";

/** Why a state failed: an error's name, which retriers and catchers look at, and its cause in words or JSON. */
export class StateFailure extends Error {
  readonly error: string;
  readonly cause: string;

  constructor(error: string, cause = "") {
    super(`${error}: ${cause}`);
    this.name = "StateFailure";
    this.error = error;
    this.cause = cause;
  }
}

/** The failure that a task's rejection is: a function's is named by its error's type, an SDK's by the exception. */
export function failureOf(thrown: unknown): StateFailure {
  if (thrown instanceof StateFailure) return thrown;
  if (thrown instanceof FunctionError) {
    const { errorType, message: errorMessage, trace } = thrown;
    return new StateFailure(errorType, JSON.stringify({ errorType, errorMessage, trace }));
  }
  if (!(thrown instanceof Error)) return new StateFailure("States.TaskFailed", String(thrown));
  const cause = { errorType: thrown.name, errorMessage: thrown.message };
  return new StateFailure(thrown.name, JSON.stringify(cause));
}

// Nothing that a caller could repeat or handle would change these.
const FATAL = ["States.DataLimitExceeded", "States.Runtime"];

/**
 * Whether a retrier's or catcher's `ErrorEquals` names a failure.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function names(errorEquals: readonly string[], { error }: StateFailure): boolean {
  return errorEquals.some((name) => {
    if (name === error) return true;
    if (name === "States.TaskFailed") return error !== "States.Timeout" && !FATAL.includes(error);
    return name === "States.ALL" && !FATAL.includes(error);
  });
}

const MAX_BYTES = 262_144;

/** The same value, as JSON carries it from one state to the next; fails when it is larger than AWS allows. */
export function carried(value: unknown): unknown {
  const text = JSON.stringify(value) ?? "null";
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw new StateFailure("States.DataLimitExceeded", `${MAX_BYTES} bytes are the most that a state gives`);
  }
  return JSON.parse(text);
}
