import { lambda } from "./sources/lambda.ts";
import type { Trigger } from "./trigger.ts";

/** The trigger of an event: the one of the sources that matches, else `lambda`. Never throws. */
export function detect(event: unknown, sources: readonly Trigger[]): Trigger {
  return sources.find((source) => matches(source, event)) ?? lambda;
}

function matches(source: Trigger, event: unknown): boolean {
  try {
    return source.match(event);
  } catch {
    return false; // A getter of the event threw.
  }
}
