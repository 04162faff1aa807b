import { deliveries } from "./deliveries.ts";

/** A tracer that writes contexts, as it is set up, and what of it is tested. */
export interface Writer {
  readonly program: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Names of deliveries. */
  readonly writes: readonly string[];
}

const REQUEST = ["HTTP request"];
const BATCHES = ["SQS SendMessageBatch", "SNS PublishBatch", "Kinesis PutRecords"];
const datadog = "datadog.cjs";
const opentelemetry = "opentelemetry.cjs";

/** The tracers of others. */
export const writers: Readonly<Record<string, Writer>> = {
  "dd-trace": { program: datadog, writes: Object.keys(deliveries) },
  "dd-trace with batch propagation": {
    program: datadog,
    environment: { DD_TRACE_AWS_SDK_BATCH_PROPAGATION_ENABLED: "true" },
    writes: BATCHES,
  },
  ...Object.fromEntries(
    ["datadog", "tracecontext", "b3", "b3multi"].map((style) => [
      `dd-trace, ${style}`,
      { program: datadog, environment: { DD_TRACE_PROPAGATION_STYLE: style }, writes: REQUEST },
    ]),
  ),
  OpenTelemetry: {
    program: opentelemetry,
    writes: ["HTTP request", "SQS SendMessage", "SQS SendMessageBatch", "SNS Publish", "Lambda Invoke"],
  },
  ...Object.fromEntries(
    ["b3", "b3multi"].map((style) => [
      `OpenTelemetry, ${style}`,
      {
        program: opentelemetry,
        environment: { OTEL_PROPAGATORS: style },
        writes: ["HTTP request", "SQS SendMessage", "Lambda Invoke"],
      },
    ]),
  ),
};
