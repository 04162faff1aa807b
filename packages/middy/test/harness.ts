import { SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { Sink } from "@throughline/exporter";
import type { Context } from "aws-lambda";

/** A sink that keeps what it gets. */
export function memorySink(): Sink & { readonly spans: ReadableSpan[]; take(): ReadableSpan[] } {
  const spans: ReadableSpan[] = [];
  return {
    name: "memory",
    spans,
    take: () => spans.splice(0),
    send: async (sent) => {
      spans.push(...sent);
    },
  };
}

let requests = 0;

/** A Lambda context as the Node runtime client makes it. */
export function lambdaContext(overrides: Partial<Context> & { readonly xRayTraceId?: string } = {}): Context {
  requests += 1;
  const deadline = Date.now() + 10_000;
  return {
    functionName: "checkout",
    functionVersion: "7",
    invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:checkout:live",
    memoryLimitInMB: "512",
    awsRequestId: `00000000-0000-4000-8000-${String(requests).padStart(12, "0")}`,
    logGroupName: "/aws/lambda/checkout",
    logStreamName: "2026/11/20/[7]0123456789abcdef0123456789abcdef",
    getRemainingTimeInMillis: () => deadline - Date.now(),
    xRayTraceId: "",
    ...overrides,
  } as Context;
}

/** `OK` or `ERROR type: message`. */
export function verdict(span: ReadableSpan): string {
  const { code, message } = span.status;
  if (code !== SpanStatusCode.ERROR) return "OK";
  return `ERROR ${span.attributes["error.type"]}: ${message ?? ""}`;
}
