import { randomBytes } from "node:crypto";

/** A tracing header of a service that begins a trace and makes no span itself: it names the trace alone. */
export function newTraceRoot(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString("hex")}`;
}
