import { legalBaggage } from "./baggage.ts";
import type { Format } from "./format.ts";
import { datadog } from "./formats/datadog.ts";
import { w3c } from "./formats/w3c.ts";
import { xray } from "./formats/xray.ts";
import type { TraceContext } from "./trace-context.ts";

/** What is written when nobody chooses. */
export const defaultInjectFormats: readonly Format[] = [w3c, datadog, xray];

/** A flat record of headers that carries the context in every one of the formats. Never throws. */
export function inject(
  context: TraceContext,
  formats: readonly Format[] = defaultInjectFormats,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const format of formats) Object.assign(headers, writeQuietly(format, context));
  const baggage = legalBaggage(context.baggage);
  if (baggage) headers.baggage = baggage;
  return headers;
}

/** A custom format may throw; the request goes out with what the others wrote. */
function writeQuietly(format: Format, context: TraceContext): Record<string, string> {
  try {
    return format.write(context);
  } catch {
    return {};
  }
}
