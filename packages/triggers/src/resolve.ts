import type { SpanPointer } from "@throughline/payloads";
import {
  type BatchMode,
  batch,
  defaultFormats,
  extract,
  type Format,
  headers,
  type MergeMode,
  merge,
  type Parentage,
  type Place,
  spanKey,
  type TraceContext,
  w3c,
  xray,
} from "@throughline/propagation";
import { detect } from "./detect.ts";
import { FAAS_TRIGGER } from "./semconv.ts";
import { sources } from "./sources/index.ts";
import { clientContextPlaces } from "./sources/lambda.ts";
import type { Attributes, InnerEvent, Message, Trigger } from "./trigger.ts";

/** What of Lambda's context object is looked at. */
export interface LambdaContext {
  readonly clientContext?: unknown;
}

/** What the runtime says of the invocation beside the event. */
export interface RuntimeContext {
  /** Its X-Ray tracing header. */
  readonly xRayTraceId?: string | undefined;
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
  readonly baggage?: string | undefined;
}

export interface ResolveOptions {
  /** The wire formats to look for, in this order within one place. Default W3C, Datadog, X-Ray, B3, Dynatrace. */
  readonly formats?: readonly Format[] | undefined;
  /** Which context is the parent when the event and the runtime both bring one. Default `"event"`. */
  readonly merge?: MergeMode | undefined;
  /** How a batch's messages become parent and links. Default `"auto"`. */
  readonly batch?: BatchMode | undefined;
  /** A context that was found otherwise: it stands for whatever the event brought. */
  readonly extracted?: TraceContext | undefined;
  /** Whether to look for pointers to what was written. Default yes. */
  readonly spanPointers?: boolean | undefined;
  /** The triggers to tell apart. Default all. */
  readonly triggers?: readonly Trigger[] | undefined;
}

/** A place that was looked at, and what came of it. */
export interface Looked extends Place {
  /** The index of the message the place belongs to; `undefined` for the runtime's own header. */
  readonly message: number | undefined;
  readonly context: TraceContext | undefined;
  readonly format: string | undefined;
}

/** A message and the context it brought. */
export interface ResolvedMessage {
  readonly id: string | undefined;
  readonly context: TraceContext | undefined;
  readonly attributes: Attributes;
  /** What was written, as the message tells: its writer's span holds the same pointers. */
  readonly pointers: readonly SpanPointer[];
}

/** All that is made of an event. */
export interface Resolution {
  readonly trigger: Trigger;
  readonly messages: readonly ResolvedMessage[];
  /** What the runtime's own header holds, before merging. */
  readonly runtime: TraceContext | undefined;
  readonly parentage: Parentage;
  /** The name the conventions give the span; `undefined` where that is the function's. */
  readonly spanName: string | undefined;
  readonly attributes: Attributes;
  /** Every place that was looked at, in order: the answer to "why is this the parent?". */
  readonly looked: readonly Looked[];
}

/**
 * Says what started the function, which trace contexts its event and runtime brought, and where its span hangs.
 *
 * Pure: reads nothing but its arguments and changes nothing. Never throws.
 */
export function resolve(
  event: unknown,
  context: LambdaContext | undefined,
  runtime: RuntimeContext = {},
  options: ResolveOptions = {},
): Resolution {
  const { formats = defaultFormats, triggers = sources, spanPointers = true } = options;
  const looked: Looked[] = [];
  const trigger = detect(event, triggers);
  const { messages: read, batched } = readMessages(event, trigger, triggers);
  const beside: TraceContext[] = [];
  const messages = read.map((message, index): ResolvedMessage => {
    const found = look(placesOf(message, batched, context), formats, index, looked);
    if (found.beside) beside.push(found.beside);
    return {
      id: message.id,
      context: found.context,
      attributes: message.attributes ?? {},
      pointers: spanPointers ? quietly(() => [...(message.pointers?.() ?? [])], []) : [],
    };
  });
  const runtimeContext = lookAtRuntime(runtime, formats, looked);
  const contexts = (linked: boolean) =>
    messages.filter((_, index) => (read[index]?.linked === true) === linked).map(({ context }) => context);
  const brought = options.extracted
    ? { parent: options.extracted, links: [] }
    : link(batch(contexts(false), batched ? options.batch : "auto"), [...contexts(true), ...beside]);
  return {
    trigger,
    messages,
    runtime: runtimeContext,
    parentage: merge({ event: brought, runtime: runtimeContext }, options.merge),
    spanName: quietly(() => trigger.spanName?.(event), undefined),
    attributes: { [FAAS_TRIGGER]: trigger.kind, ...quietly(() => trigger.attributes(event), {}) },
    looked,
  };
}

// A result delivered of a result delivered: a chain of destinations has each one's event in the next.
const MAX_LEVELS = 3;

/** The messages of an event and of the one inside it; and whether either holds a list of them. */
function readMessages(
  event: unknown,
  trigger: Trigger,
  triggers: readonly Trigger[],
  levels: number = MAX_LEVELS,
): { readonly messages: readonly Message[]; readonly batched: boolean } {
  // A list with holes in it makes messages that are none.
  const messages = quietly(() => trigger.messages(event).filter((message) => message !== undefined), []);
  const batched = trigger.batch === true;
  const inner = levels > 0 ? quietly(() => trigger.inner?.(event), undefined) : undefined;
  if (!inner) return { messages, batched };
  const rest = readMessages(inner.event, detect(inner.event, triggers), triggers, levels - 1);
  return {
    messages: [...messages, ...rest.messages.map((message) => within(inner, message))],
    batched: batched || rest.batched,
  };
}

function within({ at, linked }: InnerEvent, message: Message): Message {
  return {
    ...message,
    linked: linked || message.linked,
    *places() {
      for (const place of message.places()) yield { ...place, at: `${at}: ${place.at}` };
    },
  };
}

/** A parentage with more links, none of them twice. */
function link({ parent, links }: Parentage, contexts: readonly (TraceContext | undefined)[]): Parentage {
  const known = new Set([...(parent ? [parent] : []), ...links].map(spanKey));
  const { parent: first, links: others } = batch(contexts, "first");
  const more = [...(first ? [first] : []), ...others].filter((context) => !known.has(spanKey(context)));
  return { parent, links: [...links, ...more] };
}

function* placesOf(message: Message, batched: boolean, context: LambdaContext | undefined): Generator<Place> {
  // Only a caller of the Invoke API can send a client context, and it speaks for one message.
  if (!batched && !message.linked) yield* quietly(() => clientContextPlaces(context), []);
  yield* message.places();
}

/** A context, and the one that gave way to it. */
interface Found {
  readonly context?: TraceContext | undefined;
  readonly beside?: TraceContext | undefined;
}

/** The first context found in the places; what lies behind it is neither looked at nor parsed, unless it gives way. */
function look(
  places: Iterable<Place>,
  formats: readonly Format[],
  message: number | undefined,
  looked: Looked[],
): Found {
  return quietly((): Found => {
    let yielding: TraceContext | undefined;
    for (const place of places) {
      const found = place.ignored ? undefined : extract(place.carrier, formats);
      looked.push({ ...place, message, context: found?.context, format: found?.format });
      if (!found) continue;
      if (!yielding && place.yields) yielding = found.context;
      else if (!yielding) return found;
      // X-Ray's header is also AWS's own, and need not come from the caller.
      else if (found.context.traceId !== yielding.traceId && found.format !== xray.name)
        return { context: found.context, beside: yielding };
    }
    return { context: yielding };
  }, {});
}

/** Read whatever formats are chosen for events: whether it counts is the merge mode's question. */
function lookAtRuntime(runtime: RuntimeContext, formats: readonly Format[], looked: Looked[]) {
  const { xRayTraceId, traceparent, tracestate, baggage } = runtime;
  if (!xRayTraceId && !traceparent) return undefined;
  const carrier = headers({ "x-amzn-trace-id": xRayTraceId, traceparent, tracestate, baggage });
  const xrayFormat = formats.find(({ name }) => name === xray.name) ?? xray;
  return look([{ at: "runtime", carrier }], [w3c, xrayFormat], undefined, looked).context;
}

/** An event may be anything, with getters that throw; the invocation goes on with what can be read. */
function quietly<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
