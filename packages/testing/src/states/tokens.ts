import { randomBytes } from "node:crypto";
import { StateFailure } from "./failure.ts";

/** Tasks that wait until somebody reports their token. */
export interface Tokens {
  /** A new token, and what its task will come to. */
  issue(): { readonly token: string; readonly outcome: Promise<unknown> };
  /** Whether a task waited for it. */
  succeed(token: string, output: unknown): boolean;
  /** Whether a task waited for it. */
  fail(token: string, error: string, cause: string): boolean;
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token */
export function createTokens(): Tokens {
  const waiting = new Map<string, PromiseWithResolvers<unknown>>();
  const settle = (token: string, how: (task: PromiseWithResolvers<unknown>) => void): boolean => {
    const task = waiting.get(token);
    waiting.delete(token);
    if (task) how(task);
    return task !== undefined;
  };
  return {
    issue() {
      const token = randomBytes(48).toString("base64");
      const task = Promise.withResolvers<unknown>();
      task.promise.catch(() => {}); // It may come before its task listens.
      waiting.set(token, task);
      return { token, outcome: task.promise };
    },
    succeed: (token, output) => settle(token, ({ resolve }) => resolve(output)),
    fail: (token, error, cause) => settle(token, ({ reject }) => reject(new StateFailure(error, cause))),
  };
}
