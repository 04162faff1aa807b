import {
  isSpanContextValid,
  ROOT_CONTEXT,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from "@opentelemetry/api";
import {
  b3,
  b3Multi,
  type Carrier,
  datadog,
  dynatrace,
  extract,
  type Format,
  headers,
  inject,
  type TraceContext,
  w3c,
  xray,
} from "@throughline/propagation";
import { activeBaggage, fromContext, toContext, withCarried } from "./carried.ts";
import { once } from "./shared.ts";
import { fromSpanContext, toSpanContext } from "./span-context.ts";

/** Makes an OpenTelemetry propagator one of the wire formats, such as that of `@opentelemetry/propagator-aws-xray`. */
export function fromPropagator(
  propagator: TextMapPropagator,
  name: string = propagator.constructor.name,
): Format {
  const keys = propagator.fields().map((field) => field.toLowerCase());
  const getter: TextMapGetter<Carrier> = {
    get: (carrier, key) => carrier(key.toLowerCase()),
    keys: (carrier) => keys.filter((key) => carrier(key) !== undefined),
  };
  const setter: TextMapSetter<Record<string, string>> = {
    set: (record, key, value) => {
      record[key.toLowerCase()] = value;
    },
  };
  return {
    name,
    keys,
    read(carrier) {
      const spanContext = trace.getSpanContext(propagator.extract(ROOT_CONTEXT, carrier, getter));
      if (!spanContext || !isSpanContextValid(spanContext)) return undefined;
      const { traceId, spanId, ...rest } = fromSpanContext(spanContext);
      // That of X-Ray keeps ids in upper case.
      return { traceId: traceId.toLowerCase(), spanId: spanId.toLowerCase(), ...rest };
    },
    write(context: TraceContext) {
      const record: Record<string, string> = {};
      propagator.inject(trace.setSpanContext(ROOT_CONTEXT, toSpanContext(context)), record, setter);
      return record;
    },
  };
}

/**
 * What a user gave as wire formats: ours, or OpenTelemetry propagators.
 *
 * @throws TypeError naming the factory they were given to, and the one that is neither.
 */
export function toFormats(factory: string, formats: readonly (Format | TextMapPropagator)[]): Format[] {
  if (!Array.isArray(formats)) {
    const given = JSON.stringify(formats);
    throw new TypeError(
      `${factory}({ formats: ${given} }): expected an array of formats, such as [w3c, datadog]`,
    );
  }
  return formats.map((format, index) => toFormat(factory, format, index));
}

function toFormat(factory: string, format: Format | TextMapPropagator, index: number): Format {
  if (typeof format === "object" && format !== null) {
    if ("read" in format && "write" in format) return format;
    if ("extract" in format && "inject" in format) return fromPropagator(format);
  }
  throw new TypeError(
    `${factory}({ formats: [${index}] }): expected a format, or an OpenTelemetry propagator`,
  );
}

/** The formats as one OpenTelemetry propagator, baggage included, for instrumentations that use the global one. */
export function toPropagator(formats: readonly Format[]): TextMapPropagator {
  const fields = [...new Set([...formats.flatMap(({ keys }) => keys), "baggage"])];
  return {
    fields: () => [...fields],
    inject(context, carrier, setter) {
      const carried = fromContext(context);
      const baggage = activeBaggage(context);
      const values = carried ? inject(carried, formats) : baggage ? { baggage } : {};
      for (const [key, value] of Object.entries(values)) setter.set(carrier, key, value);
    },
    extract(context, carrier, getter) {
      const values = headers(
        Object.fromEntries(getter.keys(carrier).map((key) => [key, getter.get(carrier, key)])),
      );
      const found = extract(values, formats);
      return found ? toContext(context, found.context) : withCarried(context, { baggage: values("baggage") });
    },
  };
}

const BY_NAME: Readonly<Record<string, readonly Format[]>> = {
  tracecontext: [w3c],
  w3c: [w3c],
  b3: [b3],
  b3multi: [b3Multi],
  datadog: [datadog],
  dynatrace: [dynatrace],
  xray: [xray],
  "xray-lambda": [xray],
  baggage: [], // Read and written beside every format.
  none: [],
};

/** The formats that `OTEL_PROPAGATORS` names; `undefined` when it names none that is known. Unknown names are said aloud. */
export function formatsFromEnvironment(
  names: string | undefined = process.env.OTEL_PROPAGATORS,
  report: (name: string) => void = reportUnknown,
): readonly Format[] | undefined {
  const chosen = (names ?? "").split(",").flatMap((part) => part.trim().toLowerCase() || []);
  if (chosen.length === 0) return undefined;
  const known = chosen.filter((name) => Object.hasOwn(BY_NAME, name));
  for (const name of chosen) if (!known.includes(name)) report(name);
  return known.length > 0 ? [...new Set(known.flatMap((name) => BY_NAME[name] ?? []))] : undefined;
}

function reportUnknown(name: string): void {
  const known = Object.keys(BY_NAME).join(", ");
  if (once(`propagator-${name}`))
    console.warn(`Throughline: OTEL_PROPAGATORS "${name}" is not known; known are ${known}`);
}
