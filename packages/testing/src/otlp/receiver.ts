import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { type LocalServer, readBody, startServer } from "../local-server.ts";
import { decodeTraceRequest, encodeStatus, encodeTraceResponse, type PartialSuccess } from "./otlp-proto.ts";
import { Malformed, type ReceivedSpan, readTraceRequest } from "./received-span.ts";

export interface ReceiverOptions {
  /** Default: a free one. */
  readonly port?: number | undefined;
}

/** An OTLP/HTTP trace receiver that keeps what it got. */
export interface Receiver extends LocalServer {
  /** Every well-formed request, in order of arrival, those that a fault answered too. */
  readonly requests: readonly ReceivedRequest[];
  /** The spans of all requests that were answered with success. */
  readonly spans: readonly ReceivedSpan[];
  /** Requests that were not well-formed, or not for us. */
  readonly refusals: readonly Refusal[];
  /**
   * Decides the answer of each well-formed request; `undefined` means success.
   *
   * @example
   * receiver.respond = () => ({ status: 503, headers: { "retry-after": "1" } });
   */
  respond: Respond | undefined;
  /**
   * Resolves with all spans as soon as there are so many, or the predicate over them holds.
   *
   * Rejects with a list of what did arrive, after `timeout` milliseconds (default 5000) or when the receiver is closed.
   */
  waitForSpans(until: number | SpansPredicate, options?: WaitOptions): Promise<readonly ReceivedSpan[]>;
  /** Forgets everything received so far. */
  clear(): void;
  /** All spans as one OTLP/JSON export request, grouped by resource. */
  toOtlpJson(): OtlpJson;
}

export interface ReceivedRequest {
  /** When its headers came, on the clock of `performance.now()`. */
  readonly receivedAt: number;
  readonly headers: IncomingHttpHeaders;
  readonly encoding: "protobuf" | "json";
  /** The body's size on the wire. */
  readonly bytes: number;
  readonly spans: readonly ReceivedSpan[];
  /** The status it was answered with; `undefined` while undecided, and when it never is. */
  readonly status: number | undefined;
}

export interface Refusal {
  readonly receivedAt: number;
  readonly status: number;
  readonly reason: string;
}

/** A reply other than plain success. Spans are kept when its status is 2xx. */
export interface Reply {
  /** Default 200. */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** Milliseconds before it is written. */
  readonly delay?: number | undefined;
  /** Leaves the request unanswered, with its connection open. */
  readonly hang?: boolean | undefined;
  /** Resets the connection. */
  readonly reset?: boolean | undefined;
  /** Accepts the request and reports some of its spans as rejected. */
  readonly partialSuccess?: PartialSuccess | undefined;
}

export type Respond = (request: ReceivedRequest) => Reply | undefined | Promise<Reply | undefined>;
export type SpansPredicate = (spans: readonly ReceivedSpan[]) => boolean;

export interface WaitOptions {
  readonly timeout?: number | undefined;
}

/** An OTLP/JSON `ExportTraceServiceRequest`. */
export interface OtlpJson {
  readonly resourceSpans: readonly OtlpResourceSpans[];
}

export interface OtlpResourceSpans {
  readonly resource?: { readonly attributes?: readonly unknown[]; readonly droppedAttributesCount?: number };
  readonly scopeSpans?: readonly unknown[];
  readonly schemaUrl?: string;
}

/**
 * Starts an OTLP/HTTP receiver: `POST /v1/traces` in protobuf or JSON, plain or gzip, answered in the same encoding.
 *
 * What a real collector refuses is refused with the same status, and so is what it lets pass but no exporter should send:
 * ids of the wrong length or all zero, times that are missing or run backwards, unknown fields, doubled attribute keys.
 *
 * @example
 * await using receiver = await startReceiver();
 * process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.url;
 * const [span] = await receiver.waitForSpans(1);
 */
export async function startReceiver({ port }: ReceiverOptions = {}): Promise<Receiver> {
  let requests: StoredRequest[] = [];
  let refusals: Refusal[] = [];
  let spans: ReceivedSpan[] = [];
  const waiters = new Set<Waiter>();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const receivedAt = performance.now();
    const body = await readBody(request);
    try {
      const stored = { receivedAt, ...parse(request, body), status: undefined };
      requests.push(stored);
      await answer(stored, response);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refusals.push({ receivedAt, status: error.status, reason: error.message });
      refuse(error, request, response);
    }
  };

  const answer = async (request: StoredRequest, response: ServerResponse): Promise<void> => {
    const reply = (await receiver.respond?.(request)) ?? {};
    if (reply.reset) response.req.socket.resetAndDestroy();
    if (reply.reset || reply.hang) return;
    const { status = 200 } = reply;
    request.status = status;
    if (isSuccess(status)) {
      spans.push(...request.spans);
      for (const waiter of waiters) waiter.check();
    }
    if (reply.delay) await delay(reply.delay, undefined, { ref: false });
    response.writeHead(status, { "content-type": MEDIA_TYPES[request.encoding], ...reply.headers });
    response.end(reply.body ?? success(request.encoding, reply.partialSuccess));
  };

  const server = await startServer(handle, port);
  const close = async (): Promise<void> => {
    for (const waiter of waiters) waiter.giveUp("the receiver was closed");
    await server.close();
  };

  const receiver: Receiver = {
    url: server.url,
    port: server.port,
    respond: undefined,
    get requests() {
      return requests;
    },
    get spans() {
      return spans;
    },
    get refusals() {
      return refusals;
    },
    waitForSpans(until, { timeout = 5000 } = {}) {
      const enough: SpansPredicate = typeof until === "number" ? (all) => all.length >= until : until;
      const wanted = typeof until === "number" ? `${until} spans` : "the spans waited for";
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          clearTimeout(timer);
          waiters.delete(waiter);
        };
        const waiter: Waiter = {
          check() {
            try {
              if (!enough(spans)) return;
              resolve([...spans]);
            } catch (error) {
              reject(error);
            }
            settle();
          },
          giveUp(why) {
            reject(new Error(`${why} without ${wanted}. ${inventory(spans, requests, refusals)}`));
            settle();
          },
        };
        const timer = setTimeout(() => waiter.giveUp(`${timeout} ms passed`), timeout);
        waiters.add(waiter);
        waiter.check();
      });
    },
    clear() {
      requests = [];
      refusals = [];
      spans = [];
    },
    toOtlpJson: () => ({ resourceSpans: byResource(requests.filter(({ status }) => isSuccess(status))) }),
    close,
    [Symbol.asyncDispose]: close,
  };
  return receiver;
}

interface StoredRequest extends ReceivedRequest {
  readonly resourceSpans: readonly OtlpResourceSpans[];
  status: number | undefined;
}

interface Waiter {
  check(): void;
  giveUp(why: string): void;
}

class Refused extends Error {
  readonly status: number;
  constructor(status: number, reason: string) {
    super(reason);
    this.status = status;
  }
}

const MEDIA_TYPES = { protobuf: "application/x-protobuf", json: "application/json" } as const;

function parse(request: IncomingMessage, body: Buffer): Omit<StoredRequest, "receivedAt" | "status"> {
  const path = request.url?.split("?", 1)[0];
  if (path !== "/v1/traces") throw new Refused(404, `nothing at ${path}`);
  if (request.method !== "POST") throw new Refused(405, `${request.method} is not supported, POST is`);
  const encoding = encodingOf(request);
  const content = uncompress(body, request.headers["content-encoding"]);
  try {
    const decoded = encoding === "protobuf" ? decodeTraceRequest(content) : parseJson(content);
    const spans = readTraceRequest(decoded);
    const { resourceSpans = [] } = decoded as Partial<OtlpJson>;
    return { headers: request.headers, encoding, bytes: body.length, spans, resourceSpans };
  } catch (error) {
    if (error instanceof Malformed || error instanceof RangeError) throw new Refused(400, error.message);
    throw error;
  }
}

function encodingOf(request: IncomingMessage): ReceivedRequest["encoding"] {
  const type = request.headers["content-type"];
  const mediaType = type?.split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType === MEDIA_TYPES.protobuf) return "protobuf";
  if (mediaType === MEDIA_TYPES.json) return "json";
  throw new Refused(
    415,
    `content-type ${type ?? "is missing"}: expected ${Object.values(MEDIA_TYPES).join(" or ")}`,
  );
}

function uncompress(body: Buffer, contentEncoding = "identity"): Buffer {
  if (contentEncoding === "identity") return body;
  if (contentEncoding !== "gzip")
    throw new Refused(400, `content-encoding ${contentEncoding} is not supported`);
  try {
    return gunzipSync(body);
  } catch (error) {
    throw new Refused(400, `gzip: ${(error as Error).message}`);
  }
}

function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (error) {
    throw new Malformed("request", `no JSON (${(error as Error).message})`);
  }
}

function success(
  encoding: ReceivedRequest["encoding"],
  partialSuccess?: PartialSuccess,
): string | Uint8Array {
  if (encoding === "protobuf") return encodeTraceResponse(partialSuccess);
  // A 64-bit integer is a string in protobuf's JSON.
  const rejectedSpans = String(partialSuccess?.rejectedSpans);
  return JSON.stringify(partialSuccess ? { partialSuccess: { ...partialSuccess, rejectedSpans } } : {});
}

const INVALID_ARGUMENT = 3;

function refuse({ status, message }: Refused, request: IncomingMessage, response: ServerResponse): void {
  if (status !== 400) {
    const allow = status === 405 ? { allow: "POST" } : {};
    response.writeHead(status, { "content-type": "text/plain", ...allow }).end(message);
    return;
  }
  const encoding = encodingOf(request);
  const body =
    encoding === "protobuf"
      ? encodeStatus(INVALID_ARGUMENT, message)
      : JSON.stringify({ code: INVALID_ARGUMENT, message });
  response.writeHead(status, { "content-type": MEDIA_TYPES[encoding] }).end(body);
}

function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

function byResource(requests: readonly StoredRequest[]): OtlpResourceSpans[] {
  const groups = new Map<string, OtlpResourceSpans>();
  for (const group of requests.flatMap(({ resourceSpans }) => resourceSpans)) {
    const { scopeSpans = [], ...rest } = group;
    const { attributes = [], droppedAttributesCount = 0 } = rest.resource ?? {};
    const key = JSON.stringify([attributes, droppedAttributesCount, rest.schemaUrl ?? ""]);
    groups.set(key, { ...rest, scopeSpans: [...(groups.get(key)?.scopeSpans ?? []), ...scopeSpans] });
  }
  return [...groups.values()];
}

function inventory(
  spans: readonly ReceivedSpan[],
  requests: readonly ReceivedRequest[],
  refusals: readonly Refusal[],
): string {
  const faults = requests.filter(({ status }) => !isSuccess(status));
  return [
    `${spans.length} arrived${spans.length ? ":" : "."}`,
    ...spans.map(
      ({ name, kind, traceId, spanId }) => `  ${name} (${kind}, trace ${traceId}, span ${spanId})`,
    ),
    ...faults.map(({ status, spans: lost }) => `  not kept: ${lost.length} answered ${status ?? "never"}`),
    ...refusals.map(({ status, reason }) => `  refused with ${status}: ${reason}`),
  ].join("\n");
}
