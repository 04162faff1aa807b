import {
  type Context,
  context,
  diag,
  isSpanContextValid,
  type Span,
  type Attributes as SpanAttributes,
  SpanKind,
  trace,
} from "@opentelemetry/api";
import { getTraceContext, type OpenWork, openWork, setError } from "@throughline/otel";
import { type Carrier, inject } from "@throughline/propagation";
import {
  HTTP_RESPONSE_STATUS_CODE,
  httpSpanName,
  NETWORK_PEER_ADDRESS,
  NETWORK_PEER_PORT,
  NETWORK_PROTOCOL_VERSION,
} from "@throughline/triggers";
import { isSuppressed, isWithoutHttpSpans } from "../suppression.ts";
import type { HttpSettings } from "./options.ts";
import { isSigned } from "./signed.ts";
import { type Target, targetAttributes } from "./target.ts";

/** A request that is about to go out. */
export interface OutgoingRequest {
  readonly target: Target;
  readonly header: Carrier;
  /** Missing where the headers are rendered already. */
  readonly setHeader: ((name: string, value: string) => void) | undefined;
}

/** The end of a connection that we talk to. */
export interface Peer {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** A request and its response, with the span that is theirs. The first end counts. */
export interface Exchange {
  /** The request goes out on a connection, by HTTP of this version. */
  sent(peer: Peer | null | undefined, version?: string): void;
  /** It turned out where the request really goes. */
  located(target: Target): void;
  /** The response's head is there. */
  answered(status: number): void;
  /** There will be no response, or no more of it. */
  failed(error: unknown): void;
  /** The response is read, or wanted no more. */
  done(): void;
}

/**
 * The context that a request's span continues; `undefined` where it gets none: outside of a span, and in what an ended invocation
 * left behind, such as the connection that it opened and another invocation uses now.
 */
export function tracedContext(active: Context = context.active()): Context | undefined {
  const parent = trace.getSpanContext(active);
  if (!parent || !isSpanContextValid(parent)) return undefined;
  const unwanted = isSuppressed(active) || isWithoutHttpSpans(active);
  return unwanted || openWork(active)?.over ? undefined : active;
}

/** Starts the span of a request and gives the request its headers; `undefined` when it is to be left alone. */
export function startExchange(
  parent: Context,
  request: OutgoingRequest,
  settings: HttpSettings,
): Exchange | undefined {
  const { target } = request;
  // What goes to a proxy to open a tunnel is no request of the function's.
  if (target.method === "CONNECT" || settings.ignores(target)) return undefined;
  const span = trace
    .getTracer("@throughline/outgoing")
    .startSpan(
      httpSpanName(target.method),
      { kind: SpanKind.CLIENT, attributes: targetAttributes(target) as SpanAttributes },
      parent,
    );
  setHeaders(request, trace.setSpan(parent, span), settings);
  return exchange(span, openWork(parent));
}

function setHeaders(
  { target, header, setHeader }: OutgoingRequest,
  from: Context,
  settings: HttpSettings,
): void {
  try {
    const { formats } = settings;
    const carries = formats.some(({ keys }) => keys.some((key) => header(key) !== undefined));
    if (!setHeader || carries || isSigned(header, target) || !settings.sendsHeadersTo(target)) return;
    const carried = formats.length > 0 && getTraceContext(from);
    for (const [name, value] of Object.entries(carried ? inject(carried, formats) : {})) {
      if (header(name) === undefined) setHeader(name, value);
    }
  } catch (error) {
    diag.debug("Throughline: a request went out without its trace headers", error);
  }
}

/** The invocation's open work is that of the start: a context that a hook entered stands for another once the invocation has ended. */
function exchange(span: Span, work: OpenWork | undefined): Exchange {
  let ended = false;
  let answered = false;
  let forget = () => {};
  const end = (at?: number) => {
    if (ended) return;
    ended = true;
    forget();
    span.end(at);
  };
  return {
    sent(peer, version) {
      if (peer?.remoteAddress !== undefined) span.setAttribute(NETWORK_PEER_ADDRESS, peer.remoteAddress);
      if (peer?.remotePort !== undefined) span.setAttribute(NETWORK_PEER_PORT, peer.remotePort);
      if (version !== undefined) span.setAttribute(NETWORK_PROTOCOL_VERSION, version);
    },
    located: (target) => void span.setAttributes(targetAttributes(target) as SpanAttributes),
    answered(status) {
      if (ended) return;
      answered = true;
      span.setAttribute(HTTP_RESPONSE_STATUS_CODE, status);
      if (status >= 400) setError(span, String(status));
      const at = performance.now();
      // Nobody may ever read the body.
      forget = work?.add(() => end(at)) ?? forget;
    },
    failed(error) {
      if (ended) return;
      // Whoever has read enough says so by aborting.
      if (!answered || nameOf(error) !== "AbortError") setError(span, typeOf(error), messageOf(error));
      end();
    },
    done: () => end(),
  };
}

/** The code is more telling than the name, where there is one: `ECONNREFUSED`. A DOMException's is a number. */
function typeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && code !== "" ? code : (nameOf(error) ?? "_OTHER");
}

function nameOf(error: unknown): string | undefined {
  const { name } = (error ?? {}) as { name?: unknown };
  return typeof name === "string" && name !== "" ? name : undefined;
}

function messageOf(error: unknown): string | undefined {
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === "string" && message !== "" ? message : undefined;
}
