import { diag } from "@opentelemetry/api";
import { DEFAULT_TIMEOUT, deadline, within } from "./deadline.ts";
import { type Extension, registerExtension } from "./extension.ts";

/**
 * When spans leave:
 *
 * - `after-return`: after the response, while our extension holds the environment.
 * - `before-return`: before the response, bounded.
 * - `background`: at once, nobody waits: for environments that are never frozen.
 */
export type FlushMode = "after-return" | "before-return" | "background";

export interface FlusherOptions {
  /** Milliseconds that a flush may take. Default `OTEL_EXPORTER_OTLP_TIMEOUT`, else 1000. */
  readonly timeout?: number | undefined;
}

/** Flushes at the end of invocations, in the mode that the environment allows. */
export interface Flusher {
  /** The mode of an invocation that ends now. */
  readonly mode: FlushMode;
  started(requestId: string | undefined): void;
  /** Flushes for an invocation that ended; what it returns, if anything, the response must wait for. Never rejects. */
  ended(requestId: string | undefined, remaining: number | undefined): Promise<void> | undefined;
}

/** Makes a flusher of what exports all ended spans until the moment given (epoch milliseconds). */
export function createFlusher(
  drain: (until: number) => Promise<void>,
  { timeout = timeoutFromEnvironment() }: FlusherOptions = {},
): Flusher {
  async function flush(functionDeadline: number): Promise<void> {
    const until = deadline(timeout, functionDeadline);
    try {
      await within(until, drain(until));
    } catch (error) {
      diag.error("Throughline: the flush failed", error);
    }
  }
  const background = isManagedInstance();
  const extension = background ? undefined : extensionOfEnvironment();
  extension?.drains.set(drain, flush);
  return {
    get mode() {
      if (background) return "background";
      return extension?.registered ? "after-return" : "before-return";
    },
    started(requestId) {
      if (requestId) extension?.started(requestId);
    },
    ended(requestId, remaining = Number.POSITIVE_INFINITY) {
      if (requestId && extension?.ended(requestId)) return undefined;
      const flushed = flush(Date.now() + remaining);
      return background ? undefined : flushed;
    },
  };
}

function timeoutFromEnvironment(env: NodeJS.ProcessEnv = process.env): number {
  const timeout = Number(env.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT || env.OTEL_EXPORTER_OTLP_TIMEOUT);
  return timeout > 0 ? timeout : DEFAULT_TIMEOUT;
}

/** Registers the extension where Lambda has one to offer. */
export function extensionOfEnvironment(env: NodeJS.ProcessEnv = process.env): Extension | undefined {
  const { AWS_LAMBDA_RUNTIME_API: api, AWS_SAM_LOCAL: local } = env;
  return api && !local && !isManagedInstance(env) ? registerExtension(api) : undefined;
}

/** Managed instances run several invocations at once, are never frozen, and offer no INVOKE event to extensions. */
function isManagedInstance(env: NodeJS.ProcessEnv = process.env): boolean {
  return (
    env.AWS_LAMBDA_INITIALIZATION_TYPE === "lambda-managed-instances" ||
    env.AWS_LAMBDA_MAX_CONCURRENCY !== undefined
  );
}
