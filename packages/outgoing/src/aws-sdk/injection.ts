import { diag, type Span } from "@opentelemetry/api";
import { toSpanContext } from "@throughline/otel";
import {
  type Carried,
  envelope,
  isRecord,
  type MessageAttribute,
  messageAttributes,
  type Shortage,
} from "@throughline/payloads";
import { extract, type Place, type TraceContext } from "@throughline/propagation";
import { countShortage } from "../shortages.ts";
import { addLink } from "./links.ts";
import type { EnvelopeName, Settings } from "./settings.ts";

/** As SQS and SNS take them. */
type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** What is to be put into an input. */
export interface Injected {
  readonly span: Span;
  readonly carried: Carried;
  /** `X-Amzn-Trace-Id`'s value. */
  readonly header: string;
  readonly settings: Settings;
  /** The call's name, for people. */
  readonly name: string;
}

/**
 * A send's context on its way into an input.
 *
 * What carries the context of another trace keeps it: it names who created the message, which a relay must not hide. The send's
 * span is linked to it.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/#context-propagation
 */
export interface Injection {
  readonly carried: Carried;
  /** `X-Amzn-Trace-Id`'s value. */
  readonly header: string;
  /** Message attributes with the context; `maxAddedBytes` may be added. What is no map stays as it is. */
  attributes(map: unknown, maxAddedBytes: number): unknown;
  /** A JSON text with the context under `_datadog`, no longer than `maxBytes`. What is no text stays as it is. */
  text(json: unknown, service: EnvelopeName, maxBytes: number): unknown;
  /** What `inject` makes of the value; the value itself where another trace's context is in one of its places. */
  unlessOthers<Value>(value: Value, places: Iterable<Place>, inject: () => Value): Value;
  /** Whether a service's payload may be changed. */
  allows(service: EnvelopeName): boolean;
  /** Whether the user wants it changed even where a request is one that may be repeated: AWS compares the repeat with the first. */
  insists(service: EnvelopeName): boolean;
  /** To be told when a context had too little room. */
  onShortage(shortage: Shortage): void;
}

export function injectionOf({ span, carried, header, settings, name }: Injected): Injection {
  const unlessOthers: Injection["unlessOthers"] = (value, places, inject) => {
    const found = firstContext(places);
    if (!found || found.traceId === span.spanContext().traceId) return inject();
    addLink(span, { context: toSpanContext(found) });
    return value;
  };
  const onShortage = (shortage: Shortage): void => {
    countShortage(shortage);
    diag.debug(`Throughline: ${name} had too little room: its trace context was ${shortage}`);
  };
  const allows = (service: EnvelopeName) => settings.envelopes[service];
  return {
    carried,
    header,
    allows,
    insists: (service) => settings.insisted.has(service),
    unlessOthers,
    onShortage,
    attributes(map, maxAddedBytes) {
      const own = map ?? undefined;
      // What is no map is the service's to refuse.
      if (own !== undefined && !isRecord(own)) return map;
      return unlessOthers<unknown>(map, messageAttributes.extract(own, ""), () =>
        messageAttributes.inject(own as MessageAttributes, carried, { maxAddedBytes, onShortage }),
      );
    },
    text(json, service, maxBytes) {
      if (typeof json !== "string" || !allows(service)) return json;
      return unlessOthers<unknown>(json, envelope.extractText(json, ""), () =>
        envelope.injectText(json, carried, { maxBytes, onShortage }),
      );
    },
  };
}

/** The first context found in the places. */
export function firstContext(places: Iterable<Place>): TraceContext | undefined {
  for (const { carrier } of places) {
    const found = extract(carrier);
    if (found) return found.context;
  }
  return undefined;
}
