import { type Context, context as contextApi, type Span, trace } from "@opentelemetry/api";
import { endSpan, getTraceContext, pointerLink, setError, toSpanContext, within } from "@throughline/otel";
import { isCopyable, isRecord } from "@throughline/payloads";
import { inject, type TraceContext, xray } from "@throughline/propagation";
import * as semconv from "@throughline/triggers";
import { isSuppressed, withoutHttpSpans } from "../suppression.ts";
import { type Call, callOf } from "./call.ts";
import { firstContext, injectionOf } from "./injection.ts";
import { addLink } from "./links.ts";
import { quietly } from "./quietly.ts";
import { deliver } from "./resend.ts";
import type { Answer, Fields } from "./service.ts";
import type { Settings } from "./settings.ts";
import { type Args, type HandlerContext, type Middleware, SENDING, type Sending } from "./stack.ts";

/** The step that spans a command, retries included, and puts the span's context into its input. */
export function sending(settings: Settings): Middleware {
  return (next, handler) => async (args) => {
    const active = contextApi.active();
    const begun = isSuppressed(active) ? undefined : quietly(() => begin(handler, args, active));
    if (!begun) return next(args);
    const { call, span } = begun;
    const run = { over: false };
    const inner = withoutHttpSpans(trace.setSpan(active, span), run);
    const carried = quietly(() => getTraceContext(inner));
    const header = (carried && inject(carried, [xray])["x-amzn-trace-id"]) ?? "";
    const told: Sending = { handler, span, header };
    const input = quietly(() => carried && carrying(args, begun, carried, header, settings)) ?? args.input;
    try {
      const result = await within(inner.setValue(SENDING, told), () => deliver(next, args, input, call));
      quietly(() => describeAnswer(span, call, result.output, args.input, settings));
      endSpan(span, { result: undefined }, () => undefined);
      return result;
    } catch (error) {
      quietly(() =>
        describeMetadata(span, (error as { readonly $metadata?: unknown } | undefined)?.$metadata),
      );
      endSpan(span, { error }, () => undefined);
      throw error;
    } finally {
      run.over = true;
    }
  };
}

interface Begun {
  readonly call: Call;
  readonly span: Span;
}

function begin(handler: HandlerContext, { input }: Args, active: Context): Begun {
  const call = callOf(handler, input);
  const { spanName, kind, attributes } = call;
  const tracer = trace.getTracer("@throughline/outgoing");
  return { call, span: tracer.startSpan(spanName, { kind, attributes: attributes as never }, active) };
}

/** The input with the context in it. What goes into the request's headers is left for the later step. */
function carrying(
  { input }: Args,
  { call, span }: Begun,
  context: TraceContext,
  header: string,
  settings: Settings,
): Fields | undefined {
  if (!isCopyable(input)) return undefined;
  const carried = inject(context, settings.formats);
  return call.operation.inject?.(input, injectionOf({ span, carried, header, settings, name: call.name }));
}

function describeAnswer(
  span: Span,
  call: Call,
  output: Fields = {},
  input: Fields,
  settings: Settings,
): void {
  if (!span.isRecording()) return;
  // The SDK's presigner goes the way of a send, and answers without a request.
  if (output.presigned !== undefined) return void span.updateName(`${call.spanName} presign`);
  describeMetadata(span, output.$metadata);
  const {
    error,
    attributes = {},
    messages = [],
    pointers = [],
  }: Answer = call.operation.answered?.(output, input, settings) ?? {};
  span.setAttributes(attributes as never);
  if (error !== undefined) setError(span, error);
  for (const places of messages) {
    const context = firstContext(places);
    if (context) addLink(span, { context: toSpanContext(context) });
  }
  for (const pointer of pointers)
    if (pointer && settings.spanPointers) addLink(span, pointerLink(pointer, "d"));
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
