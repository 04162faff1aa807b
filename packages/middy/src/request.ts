import type { Context } from "aws-lambda";

/**
 * Middy's request, in what all its versions have. Other middlewares may replace its `internal`, never the request.
 *
 * Spelled here, so that our types ask for no version of Middy's.
 */
export interface MiddyRequest {
  event: unknown;
  context: Context;
  response: unknown;
  earlyResponse?: unknown;
  error: unknown;
  internal: object;
}

/** A middleware with all three hooks; it leaves the types of event, context and result as they are. */
export interface Middleware {
  readonly before: (request: MiddyRequest) => Promise<void> | undefined;
  readonly after: (request: MiddyRequest) => Promise<void> | undefined;
  readonly onError: (request: MiddyRequest) => Promise<void> | undefined;
}

/** Milliseconds until Lambda's deadline; `undefined` outside Lambda. Never throws. */
export function remainingTime(context: unknown): number | undefined {
  try {
    const remaining = (context as Partial<Context> | undefined)?.getRemainingTimeInMillis?.();
    return typeof remaining === "number" ? remaining : undefined;
  } catch {
    return undefined;
  }
}
