import type { IncomingMessage } from "node:http";

/** What a caller may say beside the event. */
export interface InvokeOptions {
  /** The `Lambda-Runtime-Trace-Id` header; default none. */
  readonly traceHeader?: string | undefined;
  readonly clientContext?: unknown;
  readonly tenantId?: string | undefined;
  /** Default a new one. Lambda's retries of an asynchronous invocation come with the id of the first attempt. */
  readonly requestId?: string | undefined;
  /** Milliseconds until the deadline; default the function's timeout. */
  readonly timeout?: number | undefined;
}

/** The function's own failure, as the Runtime API was told it. */
export class FunctionError extends Error {
  readonly errorType: string;
  readonly trace: readonly string[];

  constructor({
    errorType,
    errorMessage,
    trace,
  }: { errorType?: string; errorMessage?: string; trace?: string[] }) {
    super(errorMessage ?? "");
    this.name = "FunctionError";
    this.errorType = errorType ?? "Error";
    this.trace = trace ?? [];
  }
}

/** What a function answered to an invocation. */
export interface Answer {
  readonly size: number;
  readonly result?: unknown;
  readonly error?: FunctionError | undefined;
}

/** Reads it as it was posted: a streamed answer is its text, or the error in its trailers. */
export function answerOf({ headers, trailers }: IncomingMessage, kind: string, body: string): Answer {
  const size = Buffer.byteLength(body);
  if (kind === "error") return { size, error: new FunctionError(JSON.parse(body)) };
  if (headers["lambda-runtime-function-response-mode"] !== "streaming") {
    return { size, result: body === "" ? undefined : JSON.parse(body) };
  }
  const failure = trailers["lambda-runtime-function-error-body"];
  if (typeof failure !== "string") return { size: 0, result: body };
  return { size: 0, error: new FunctionError(JSON.parse(Buffer.from(failure, "base64").toString("utf8"))) };
}
