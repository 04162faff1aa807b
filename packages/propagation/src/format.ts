import type { Carrier } from "./carrier.ts";
import type { TraceContext } from "./trace-context.ts";

/** One wire format: how a trace context is spelled in a carrier. */
export interface Format {
  readonly name: string;
  /** The keys it reads and writes, in lower case. */
  readonly keys: readonly string[];
  /** The context the carrier holds; `undefined` when it holds no valid one in this format. Never throws. */
  read(carrier: Carrier): TraceContext | undefined;
  /** The same context, spelled in this format. */
  write(context: TraceContext): Record<string, string>;
}
