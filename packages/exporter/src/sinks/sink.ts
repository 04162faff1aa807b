import type { ReadableSpan } from "@opentelemetry/sdk-trace";

/** Where ended spans go. */
export interface Sink {
  readonly name: string;
  /**
   * Sends the spans, until the moment given (epoch milliseconds) at the latest.
   *
   * Rejects with a `SinkError` when they did not arrive.
   */
  send(spans: readonly ReadableSpan[], until: number): Promise<void>;
}

/** Spans did not arrive. */
export class SinkError extends Error {
  /** Whether a later attempt may succeed: the spans are then kept. */
  readonly retryable: boolean;

  constructor(
    message: string,
    { retryable, cause }: { readonly retryable: boolean; readonly cause?: unknown },
  ) {
    super(message, { cause });
    this.name = "SinkError";
    this.retryable = retryable;
  }
}
