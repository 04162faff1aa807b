import {
  type Context,
  diag,
  INVALID_SPAN_CONTEXT,
  type Link,
  type Span,
  SpanKind,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { inject, spanKey, type TraceContext } from "@throughline/propagation";
import type { Attributes, Resolution } from "@throughline/triggers";
import { fromContext } from "./carried.ts";
import { type Ending, endSpan } from "./ending.ts";
import { functionName, type InvocationContext, invocationAttributes } from "./environment.ts";
import { type ExtractionOptions, extractRemote } from "./extraction.ts";
import { withOpenWork } from "./open-work.ts";
import { pointerLink } from "./pointer-link.ts";
import { toSpanContext } from "./span-context.ts";

export interface InvocationOptions extends ExtractionOptions {
  /** The tracer that starts the span. Default the global provider's. */
  readonly tracer?: Tracer | undefined;
}

/** A running invocation: its live span, and its end. */
export interface Invocation {
  readonly span: Span;
  /** The context that the handler should run in: the span, the baggage that came, what must be passed on. */
  readonly context: Context;
  readonly resolution: Resolution;
  readonly ended: boolean;
  /**
   * The result as the caller should get it: of an authorizer a copy that hands the trace to the function behind it, of all others
   * the result itself. Never throws.
   */
  passOn(result: unknown): unknown;
  /** Closes the invocation's open work and ends the span, once; a later call does nothing. Never throws. */
  end(ending: Ending): void;
}

/**
 * Starts the span of an invocation: continues the trace its event brought, under the name, kind and attributes that the
 * semantic conventions give its trigger. Changes neither the event nor the context. Never throws.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/faas/aws-lambda/
 */
export function startInvocation(
  event: unknown,
  context: InvocationContext | undefined,
  options: InvocationOptions = {},
): Invocation {
  const { resolution, context: remote } = extractRemote(event, context, options);
  const span = startSpan(resolution, remote, context, options.tracer);
  const { context: active, close } = withOpenWork(trace.setSpan(remote, span));
  const { trigger } = resolution;
  let ended = false;
  return {
    span,
    context: active,
    resolution,
    get ended() {
      return ended;
    },
    passOn(result) {
      if (!trigger.passOn) return result;
      try {
        const carried = fromContext(active);
        return carried ? trigger.passOn(result, event, inject(carried)) : result;
      } catch (error) {
        diag.error("Throughline: the result goes out without the trace", error);
        return result;
      }
    },
    end(ending) {
      if (ended) return;
      ended = true;
      close();
      endSpan(span, ending, (result) => trigger.outcome?.(result, event));
    },
  };
}

/** Should somebody's tracer, sampler or processor throw, the trace goes on without this span. */
function startSpan(
  { trigger, parentage, attributes, spanName, messages }: Resolution,
  remote: Context,
  context: InvocationContext | undefined,
  tracer: Tracer = trace.getTracer("@throughline/otel"),
): Span {
  try {
    return tracer.startSpan(
      spanName ?? functionName(context) ?? trigger.name,
      {
        kind: trigger.kind === "pubsub" ? SpanKind.CONSUMER : SpanKind.SERVER,
        attributes: toOpenTelemetry({ ...attributes, ...invocationAttributes(context) }),
        links: withPointers(toLinks(parentage.links, messages), messages),
      },
      remote,
    );
  } catch (error) {
    diag.error("Throughline: the invocation's span could not be started", error);
    return trace.wrapSpanContext(trace.getSpanContext(remote) ?? INVALID_SPAN_CONTEXT);
  }
}

/** A link to a message's producer says what the conventions say of that message. */
function toLinks(contexts: readonly TraceContext[], messages: Resolution["messages"]): Link[] {
  const described = new Map(
    messages.map(({ context, attributes }) => [context && spanKey(context), attributes]),
  );
  return contexts.map((context) => ({
    context: toSpanContext(context),
    attributes: toOpenTelemetry(described.get(spanKey(context)) ?? {}),
  }));
}

// OpenTelemetry's default. Of more links its SDK keeps the last ones, and a context says more than a pointer.
const MAX_LINKS = 128;

function withPointers(links: readonly Link[], messages: Resolution["messages"]): Link[] {
  const pointers = messages.flatMap((message) => message.pointers);
  const unique = new Map(pointers.map((pointer) => [`${pointer.kind} ${pointer.hash}`, pointer]));
  const room = Math.max(0, MAX_LINKS - links.length);
  return [...links, ...[...unique.values()].slice(0, room).map((pointer) => pointerLink(pointer, "u"))];
}

function toOpenTelemetry(attributes: Attributes) {
  return attributes as Record<string, string | number | boolean | string[]>;
}
