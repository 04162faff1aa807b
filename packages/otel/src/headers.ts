import { type Context, context } from "@opentelemetry/api";
import { defaultInjectFormats, type Format, inject, type TraceContext } from "@throughline/propagation";
import { fromContext } from "./carried.ts";

/**
 * The trace context that is active here: that of the current span, with 128-bit trace id, trace state, baggage and the X-Ray
 * fields that must be passed on. `undefined` when no span is active.
 */
export function getTraceContext(from: Context = context.active()): TraceContext | undefined {
  return fromContext(from);
}

/**
 * Headers that continue the active trace at whoever receives them: a flat record, in W3C, Datadog and X-Ray spelling unless
 * other formats are given. Empty when no span is active.
 *
 * @example
 * await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ ...order, _datadog: getTraceHeaders() }) }));
 */
export function getTraceHeaders(formats: readonly Format[] = defaultInjectFormats): Record<string, string> {
  const carried = fromContext();
  return carried ? inject(carried, formats) : {};
}
