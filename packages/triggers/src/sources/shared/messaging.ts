import * as semconv from "../../semconv.ts";
import type { Attributes } from "../../trigger.ts";
import { present } from "./attributes.ts";

/** The conventions' attributes of a span that processes what a messaging system delivered. */
export function processing(system: string, attributes: Parameters<typeof present>[0]): Attributes {
  return present({
    [semconv.MESSAGING_SYSTEM_NAME]: system,
    [semconv.MESSAGING_OPERATION_NAME]: "process",
    [semconv.MESSAGING_OPERATION_TYPE]: "process",
    ...attributes,
  });
}

/** `{operation.name} {destination}`. */
export function processSpanName(destination: string | undefined): string {
  return destination ? `process ${destination}` : "process";
}

/** The value that all have in common; `undefined` when they differ. */
export function common<Value>(values: readonly Value[]): Value | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : undefined;
}

/** The only value; `undefined` when there are several. */
export function sole<Value>(values: readonly Value[]): Value | undefined {
  return values.length === 1 ? values[0] : undefined;
}
