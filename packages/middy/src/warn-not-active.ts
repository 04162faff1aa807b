import { once } from "@throughline/otel";

/** Says, once in a process, that somebody else's context manager keeps the invocation's span from being the active one. */
export function warnNotActive(): void {
  if (!once("activation-warning")) return;
  console.warn(
    "Throughline: the registered context manager cannot be entered from a Middy hook, so log lines and child spans will not " +
      "find the invocation's span. Use middy({ executionMode: tracedExecution() }), which runs the handler inside it.",
  );
}
