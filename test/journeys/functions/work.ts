import { trace } from "@opentelemetry/api";
import { getTraceHeaders } from "@throughline/middy";

export interface Work {
  /** Milliseconds. */
  readonly takes?: number;
  readonly fails?: boolean;
  readonly exits?: boolean;
}

/** What the functions of these journeys do: something traced, then what the event asks for. */
export async function work(event: unknown): Promise<{ headers: Record<string, string> }> {
  const { takes = 0, fails, exits } = (event ?? {}) as Work;
  const span = trace.getTracer("work").startSpan("work");
  if (takes > 0) await new Promise((resolve) => setTimeout(resolve, takes));
  span.end();
  if (exits) process.exit(3);
  if (fails) throw new RangeError("as asked");
  return { headers: getTraceHeaders() };
}
