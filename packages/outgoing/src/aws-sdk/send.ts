import { type Context, context as contextApi, diag, type Span, trace } from "@opentelemetry/api";
import { endSpan, getTraceContext, pointerLink, toSpanContext, within } from "@throughline/otel";
import { isRecord } from "@throughline/payloads";
import { inject, xray } from "@throughline/propagation";
import * as semconv from "@throughline/triggers";
import { isSuppressed, withoutHttpSpans } from "../suppression.ts";
import { type Call, callOf } from "./call.ts";
import { firstContext, injectionOf } from "./injection.ts";
import type { Answer, Fields } from "./service.ts";
import type { Settings } from "./settings.ts";
import { type Args, type HandlerContext, type Middleware, type Next, type Result, SENDING } from "./stack.ts";

/** The step that spans a command, retries included, and puts the span's context into its input. */
export function sending(settings: Settings): Middleware {
  return (next, handler) => async (args) => {
    const active = contextApi.active();
    const begun = isSuppressed(active) ? undefined : quietly(() => begin(handler, args, active, settings));
    if (!begun) return next(args);
    const { call, span, inner, input } = begun;
    try {
      const result = await within(inner, () => deliver(next, args, input));
      quietly(() => describeAnswer(span, call, result, args.input, settings));
      span.end();
      return result;
    } catch (error) {
      quietly(() =>
        describeMetadata(span, (error as { readonly $metadata?: unknown } | undefined)?.$metadata),
      );
      endSpan(span, { error }, () => undefined);
      throw error;
    }
  };
}

interface Begun {
  readonly call: Call;
  readonly span: Span;
  readonly inner: Context;
  readonly input: Fields;
}

function begin(handler: HandlerContext, { input }: Args, active: Context, settings: Settings): Begun {
  const call = callOf(handler, input);
  const span = trace
    .getTracer("@throughline/outgoing")
    .startSpan(call.spanName, { kind: call.kind, attributes: call.attributes as never }, active);
  const inner = withoutHttpSpans(trace.setSpan(active, span));
  const context = getTraceContext(inner);
  if (!context) return { call, span, inner, input };
  const header = inject(context, [xray])["x-amzn-trace-id"] ?? "";
  handler[SENDING] = { span, header };
  const injection = injectionOf({
    span,
    carried: inject(context, settings.formats),
    header,
    settings,
    name: call.name,
  });
  return { call, span, inner, input: quietly(() => call.operation.inject?.(input, injection)) ?? input };
}

// What services call an input that they find too long, or wrong: what we added may be what is.
const REFUSALS =
  /^(?:Invalid(?:Parameter|Argument|Attribute|Message|RequestContent|ExecutionInput|Request\b)|Validation|BatchRequestTooLong|RequestTooLarge|RequestEntityTooLarge|ContentTooLong)/;

/** Sends, and where the input with our addition is refused, sends what the user gave: a queue's own limit may be lower. */
async function deliver(next: Next, args: Args, input: Fields): Promise<Result> {
  if (input === args.input) return next(args);
  try {
    return await next({ ...args, input });
  } catch (error) {
    const { name, $fault } = (error ?? {}) as { readonly name?: unknown; readonly $fault?: unknown };
    if ($fault !== "client" || !REFUSALS.test(String(name))) throw error;
    diag.debug(`Throughline: ${name}; sending again without a trace context`);
    return next(args);
  }
}

function describeAnswer(
  span: Span,
  call: Call,
  { output = {} }: Result,
  input: Fields,
  settings: Settings,
): void {
  describeMetadata(span, output.$metadata);
  const {
    attributes = {},
    messages = [],
    pointers = [],
  }: Answer = call.operation.answered?.(output, input, settings) ?? {};
  span.setAttributes(attributes as never);
  for (const places of messages) {
    const context = firstContext(places);
    if (context) span.addLink({ context: toSpanContext(context) });
  }
  for (const pointer of pointers)
    if (pointer && settings.spanPointers) span.addLink(pointerLink(pointer, "d"));
}

function describeMetadata(span: Span, metadata: unknown): void {
  if (!isRecord(metadata)) return;
  const { requestId, extendedRequestId, httpStatusCode } = metadata;
  if (typeof requestId === "string") span.setAttribute(semconv.AWS_REQUEST_ID, requestId);
  if (typeof extendedRequestId === "string")
    span.setAttribute(semconv.AWS_EXTENDED_REQUEST_ID, extendedRequestId);
  if (typeof httpStatusCode === "number")
    span.setAttribute(semconv.HTTP_RESPONSE_STATUS_CODE, httpStatusCode);
}

/** Tracing never fails a send. */
function quietly<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    diag.error("Throughline: an AWS call could not be traced as it should", error);
    return undefined;
  }
}
