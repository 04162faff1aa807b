/**
 * Lambda's context object as Middy's types know it. Spelled here, so that ours bring no second copy of the globals that
 * `@types/aws-lambda` declares.
 */
export interface LambdaContext {
  callbackWaitsForEmptyEventLoop: boolean;
  functionName: string;
  functionVersion: string;
  invokedFunctionArn: string;
  memoryLimitInMB: string;
  awsRequestId: string;
  logGroupName: string;
  logStreamName: string;
  // biome-ignore lint/suspicious/noExplicitAny: a shape of its own in @types/aws-lambda, which nobody here looks into
  identity?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  clientContext?: any;
  tenantId?: string | undefined;
  getRemainingTimeInMillis(): number;
  done(error?: Error, result?: unknown): void;
  fail(error: Error | string): void;
  succeed(message: unknown, object?: unknown): void;
}

/**
 * Middy's request, in what all its versions have. Other middlewares may replace its `internal`, never the request.
 *
 * Spelled here, so that our types ask for no version of Middy's.
 */
export interface MiddyRequest {
  event: unknown;
  context: LambdaContext;
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
    const remaining = (context as Partial<LambdaContext> | undefined)?.getRemainingTimeInMillis?.();
    return typeof remaining === "number" ? remaining : undefined;
  } catch {
    return undefined;
  }
}
