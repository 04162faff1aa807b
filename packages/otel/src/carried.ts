import {
  baggageEntryMetadataFromString,
  type Context,
  context,
  createContextKey,
  isSpanContextValid,
  propagation,
  trace,
} from "@opentelemetry/api";
import { formatBaggage, parseBaggage, type TraceContext } from "@throughline/propagation";
import { fromSpanContext, toSpanContext } from "./span-context.ts";

const XRAY_FIELDS = createContextKey("@throughline/xray-fields");

/** All that an OpenTelemetry context carries to the next service; `undefined` when no span is active in it. */
export function fromContext(from: Context = context.active()): TraceContext | undefined {
  const spanContext = trace.getSpanContext(from);
  if (!spanContext || !isSpanContextValid(spanContext)) return undefined;
  const xrayFields = from.getValue(XRAY_FIELDS) as string | undefined;
  const baggage = activeBaggage(from);
  return { ...fromSpanContext(spanContext), ...(xrayFields && { xrayFields }), ...(baggage && { baggage }) };
}

/** The context with a remote parent and what came with it. */
export function toContext(
  onto: Context,
  carried: TraceContext,
  decide?: (traceId: string) => boolean,
): Context {
  return withCarried(trace.setSpanContext(onto, toSpanContext(carried, decide)), carried);
}

/** The context with what travels beside the ids: baggage, and the X-Ray fields that must be passed on. */
export function withCarried(
  onto: Context,
  {
    baggage,
    xrayFields,
  }: { readonly baggage?: string | undefined; readonly xrayFields?: string | undefined },
): Context {
  const beside = xrayFields ? onto.setValue(XRAY_FIELDS, xrayFields) : onto;
  return baggage ? propagation.setBaggage(beside, toBaggage(baggage)) : beside;
}

function toBaggage(list: string) {
  const entries = parseBaggage(list).map(({ key, value, metadata }) => [
    key,
    { value, ...(metadata && { metadata: baggageEntryMetadataFromString(metadata) }) },
  ]);
  return propagation.createBaggage(Object.fromEntries(entries));
}

/** The context's baggage as a W3C list, `""` when it has none. */
export function activeBaggage(from: Context): string {
  const entries = propagation.getBaggage(from)?.getAllEntries() ?? [];
  return formatBaggage(
    entries.map(([key, { value, metadata }]) => ({ key, value, metadata: metadata?.toString() })),
  );
}
