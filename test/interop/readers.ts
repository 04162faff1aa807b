import { deliveries } from "./deliveries.ts";

/** A tracer that makes a context of a function's event, as it is set up, and the events that it knows. */
export interface Reader {
  readonly program: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly reads: readonly string[];
}

const QUEUES = ["SQS", "SQS batch", "SNS to SQS, raw", "SNS batch to SQS, raw"];

export const readers: Readonly<Record<string, Reader>> = {
  "datadog-lambda-js": {
    program: "datadog-lambda.mjs",
    // The gateways' and queues' own spans stand between otherwise.
    environment: { AWS_LAMBDA_FUNCTION_NAME: "theirs", DD_TRACE_MANAGED_SERVICES: "false" },
    reads: Object.values(deliveries).flatMap(({ names }) => names),
  },
  "instrumentation-aws-lambda": {
    program: "opentelemetry-lambda.cjs",
    environment: { MESSAGE_ATTRIBUTES: "true" },
    reads: ["HTTP API", "EventBridge", "Lambda", ...QUEUES],
  },
};
