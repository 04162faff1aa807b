import type { RuntimeContext } from "@throughline/triggers";

/** The getters of `@aws/lambda-invoke-store`; the older class that the runtime brings has only the first. */
interface InvokeStore {
  getXRayTraceId?(): unknown;
  getTraceparent?(): unknown;
  getTracestate?(): unknown;
  getBaggage?(): unknown;
}

/**
 * The trace context that Lambda's runtime hands this invocation: from the context object, else the runtime's per-invocation
 * store, else the environment variable, which concurrent invocations do not have. Nothing is kept between invocations.
 * Never throws.
 */
export function readRuntime(context: object | undefined): RuntimeContext {
  return {
    xRayTraceId:
      text(() => (context as { readonly xRayTraceId?: unknown } | undefined)?.xRayTraceId) ??
      text(() => invokeStore()?.getXRayTraceId?.()) ??
      text(() => process.env._X_AMZN_TRACE_ID),
    traceparent: text(() => invokeStore()?.getTraceparent?.()),
    tracestate: text(() => invokeStore()?.getTracestate?.()),
    baggage: text(() => invokeStore()?.getBaggage?.()),
  };
}

/**
 * Whether this is the first invocation of an environment that was started for it. Environments that Lambda readied ahead of
 * any request are not cold: provisioned concurrency, managed instances, and an init long before the first invocation.
 */
export function isColdStart(first: boolean): boolean {
  const { AWS_LAMBDA_INITIALIZATION_TYPE: initialization = "on-demand" } = process.env;
  return first && initialization === "on-demand" && process.uptime() < PROACTIVE_INIT_SECONDS;
}

const PROACTIVE_INIT_SECONDS = 10;

function invokeStore(): InvokeStore | undefined {
  const { awslambda } = globalThis as { awslambda?: { InvokeStore?: InvokeStore } };
  return awslambda?.InvokeStore;
}

/** `""` is how the runtime spells absence. What is read is not ours, and may throw. */
function text(read: () => unknown): string | undefined {
  try {
    const value = read();
    return typeof value === "string" && value !== "" ? value : undefined;
  } catch {
    return undefined;
  }
}
