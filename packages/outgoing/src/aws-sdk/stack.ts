import type { Span } from "@opentelemetry/api";
import type { Fields } from "./service.ts";

/** What of a client's middleware stack is used. */
export interface ClientStack {
  add(middleware: Middleware, options: object): void;
}

/** A middleware of the SDK: once for each command sent, whose steps share the handler's context. */
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
  [SENDING]?: Sending;
}

interface AuthScheme {
  readonly httpAuthOption?: { readonly signingProperties?: { readonly region?: unknown } };
}

/** What the first step tells the later one. */
export interface Sending {
  readonly span: Span;
  /** `X-Amzn-Trace-Id`'s value. */
  readonly header: string;
}

export const SENDING: unique symbol = Symbol.for("@throughline/sending") as never;
