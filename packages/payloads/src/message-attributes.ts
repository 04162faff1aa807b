import { attributes, type Place } from "@throughline/propagation";
import { type Carried, isNothing, isStandard, isWrapped, reductions, type Shortage } from "./carried.ts";
import { envelope } from "./envelope.ts";
import { KEY } from "./json.ts";
import { limits } from "./limits.ts";

/** A message attribute as the SDK's clients of SQS and SNS take it. */
export interface MessageAttribute {
  readonly DataType: string | undefined;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Uint8Array | undefined;
}

export interface MessageAttributesOptions {
  /** How many attributes the message may have afterwards. Default 10. */
  readonly maxAttributes?: number | undefined;
  /** How many bytes may be added: names, data types and values. Default no bound. */
  readonly maxAddedBytes?: number | undefined;
  /** Called when the context had to be reduced or left out. */
  readonly onShortage?: ((shortage: Shortage) => void) | undefined;
}

/**
 * A trace context in the message attributes of SQS and SNS: `traceparent`, then `tracestate`, then all of it as JSON under
 * `_datadog`, then `baggage`, while there is room for attributes and bytes.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export const messageAttributes = {
  /** Where a message's attributes may hold a context: in attributes of their own, then in the JSON text of `_datadog`. */
  *extract(map: unknown, at: string): Generator<Place> {
    yield { at, carrier: attributes(map) };
    yield* envelope.wrapped(map, at);
  },

  /** The attributes that a message with these headers has, or one from another producer may have: what a receiver asks for. */
  names(carried: Carried): string[] {
    const own = wanted(carried).flatMap(([best = {}]) => Object.keys(best));
    return [...new Set(["traceparent", "tracestate", KEY, "baggage", ...own])];
  },

  /**
   * A copy of the attributes that carries the headers; the attributes themselves where there is no room. What they held of
   * another context is replaced, in whatever case; a `baggage` that came without one is the user's own and stays.
   */
  inject<Attribute extends MessageAttribute>(
    map: Readonly<Record<string, Attribute>> | undefined,
    carried: Carried,
    {
      maxAttributes = limits.sqs.attributesCount,
      maxAddedBytes = Number.POSITIVE_INFINITY,
      onShortage,
    }: MessageAttributesOptions = {},
  ): Readonly<Record<string, Attribute | StringAttribute>> | undefined {
    if (isNothing(carried)) return map;
    const names = Object.keys(map ?? {}).map((name) => name.toLowerCase());
    const ownBaggage =
      names.includes("baggage") && !names.some((name) => name === "traceparent" || name === KEY);
    const isReplaced = (name: string) => isContext(name, carried) && !(ownBaggage && name === "baggage");
    const kept = Object.entries(map ?? {}).filter(([name]) => !isReplaced(name.toLowerCase()));
    let slots = maxAttributes - kept.length;
    let bytes = maxAddedBytes + sizeOfAttributes(map) - sizeOfAttributes(Object.fromEntries(kept));
    const added: Record<string, StringAttribute> = {};
    let short = false;
    for (const choices of wanted(ownBaggage ? withoutBaggage(carried) : carried)) {
      const fits = choices.find(
        (choice) => Object.keys(choice).length <= slots && sizeOfAttributes(choice) <= bytes,
      );
      if (fits !== choices[0]) short = true;
      // The ids come first; without them the rest says nothing.
      if (!fits && Object.keys(added).length === 0) break;
      if (!fits) continue;
      Object.assign(added, fits);
      slots -= Object.keys(fits).length;
      bytes -= sizeOfAttributes(fits);
    }
    const skipped = Object.keys(added).length === 0;
    if (short) onShortage?.(skipped ? "skipped" : "reduced");
    return skipped ? map : { ...Object.fromEntries(kept), ...added };
  },
};

type StringAttribute = { readonly DataType: "String"; readonly StringValue: string };
type StringAttributes = Readonly<Record<string, StringAttribute>>;

/** What is to be added, in order of worth; each in one or more ways, the best first, of which one goes whole or not at all. */
function wanted(carried: Carried): StringAttributes[][] {
  const { traceparent, tracestate, baggage } = carried;
  const others = Object.entries(carried).filter(([key]) => !isStandard(key) && !isWrapped(key));
  const wrapped = Object.keys(carried).some(isWrapped)
    ? [...reductions(carried)].filter((level) => Object.keys(level).some(isWrapped))
    : [];
  return [
    [toAttributes({ traceparent })],
    [toAttributes({ tracestate })],
    [toAttributes(Object.fromEntries(others))],
    wrapped.map((level) => toAttributes({ [KEY]: JSON.stringify(level) })),
    [toAttributes({ baggage })],
  ].filter(([best]) => best && Object.keys(best).length > 0);
}

function withoutBaggage({ baggage: _, ...rest }: Carried): Carried {
  return rest;
}

function toAttributes(texts: Readonly<Record<string, string | undefined>>): StringAttributes {
  const present = Object.entries(texts).flatMap(([name, text]) => (text ? [[name, toAttribute(text)]] : []));
  return Object.fromEntries(present);
}

function toAttribute(text: string): StringAttribute {
  return { DataType: "String", StringValue: text };
}

function isContext(name: string, carried: Carried): boolean {
  return name === KEY || isStandard(name) || Object.hasOwn(carried, name);
}

/** What SQS and SNS count: each attribute's name, data type and value. */
export function sizeOfAttributes(map: Readonly<Record<string, MessageAttribute>> | undefined): number {
  return Object.entries(map ?? {}).reduce((sum, [name, attribute]) => sum + size(name, attribute), 0);
}

function size(name: string, attribute: MessageAttribute | undefined): number {
  const { DataType, StringValue, BinaryValue } = attribute ?? {};
  return Buffer.byteLength(`${name}${DataType ?? ""}${StringValue ?? ""}`) + (BinaryValue?.byteLength ?? 0);
}
