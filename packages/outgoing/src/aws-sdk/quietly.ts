import { diag } from "@opentelemetry/api";

/** What the work gives, or nothing where it throws: tracing never fails a send. */
export function quietly<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    diag.error("Throughline: an AWS call could not be traced as it should", error);
    return undefined;
  }
}
