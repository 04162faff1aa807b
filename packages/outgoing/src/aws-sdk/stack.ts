import { createContextKey, type Span } from "@opentelemetry/api";
import type { Fields } from "./service.ts";

/** What of a client's middleware stack is used. */
export interface ClientStack {
  add(middleware: Middleware, options: object): void;
}

/** A middleware of the SDK, whose steps share the handler's context. */
export type Middleware = (next: Next, handler: HandlerContext) => Next;
export type Next = (args: Args) => Promise<Result>;

export interface Args {
  readonly input: Fields;
  /** From the step `build` on. */
  readonly request?: Request | undefined;
}

export interface Request {
  readonly hostname?: unknown;
  readonly port?: unknown;
  readonly headers?: Record<string, string> | undefined;
}

export interface Result {
  readonly output?: Fields | undefined;
}

export interface HandlerContext {
  /** `SQSClient` */
  readonly clientName?: unknown;
  /** `SendMessageCommand` */
  readonly commandName?: unknown;
  readonly __smithy_context?: { readonly selectedHttpAuthScheme?: AuthScheme | undefined } | undefined;
}

interface AuthScheme {
  readonly httpAuthOption?: { readonly signingProperties?: { readonly region?: unknown } };
}

/** What the first step tells the later one. */
export interface Sending {
  /** Of the send that it is about: one that begins within another, and is not traced, finds the other's. */
  readonly handler: HandlerContext;
  readonly span: Span;
  /** `X-Amzn-Trace-Id`'s value. */
  readonly header: string;
}

/** In the active context, not in the handler's, which a client with `cacheMiddleware` has for all of a command's sends. */
export const SENDING: symbol = createContextKey("@throughline/sending");
