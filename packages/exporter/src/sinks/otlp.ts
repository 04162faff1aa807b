import type { AgentOptions, Agent as HttpsAgent } from "node:https";
import { diag } from "@opentelemetry/api";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { httpOf, type PostResponse, post, Unanswered } from "../post.ts";
import { type OtlpConfig, type OtlpOptions, otlpConfig } from "./otlp-config.ts";
import { type Sink, SinkError } from "./sink.ts";

/**
 * OTLP over HTTP, to a collector or any back end that takes it.
 *
 * What the options leave open, the standard `OTEL_EXPORTER_OTLP_*` variables say, the `_TRACES_` ones first.
 *
 * @throws TypeError when an option is wrong, naming it.
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function otlp(options: OtlpOptions = {}): Sink {
  const config = otlpConfig(options);
  let agent: HttpsAgent | undefined;
  return {
    name: "otlp",
    async send(spans, until) {
      agent ??= createAgent(config);
      const body = encode(spans, config);
      const compressed = config.compression === "gzip";
      const headers = {
        ...(await config.headers()),
        "content-type": config.protocol === "http/json" ? "application/json" : "application/x-protobuf",
        ...(compressed && { "content-encoding": "gzip" }),
      };
      const request = {
        url: config.url,
        agent,
        headers,
        body: compressed ? process.getBuiltinModule("node:zlib").gzipSync(body) : body,
      };
      const response = await post(request, until).catch((cause) => unreachable(config, cause));
      judge(response, spans.length, config);
    },
  };
}

/** Statuses after which the specification has the client try again. */
const RETRYABLE = new Set([429, 502, 503, 504]);

function judge({ status, body }: PostResponse, count: number, { protocol }: OtlpConfig): void {
  if (status < 200 || status >= 300) {
    const retryable = RETRYABLE.has(status);
    throw new SinkError(`the OTLP endpoint answered ${status} to ${count} spans`, { retryable });
  }
  reportRejected(body, protocol);
}

/** A partial success is a success: the spans it rejects are not to be sent again. */
function reportRejected(body: Buffer, protocol: OtlpConfig["protocol"]): void {
  if (body.byteLength === 0) return;
  try {
    const serializer = protocol === "http/json" ? JsonTraceSerializer : ProtobufTraceSerializer;
    const { partialSuccess } = serializer.deserializeResponse(body);
    const { rejectedSpans = 0, errorMessage = "" } = partialSuccess ?? {};
    if (rejectedSpans || errorMessage)
      diag.warn(`Throughline: ${rejectedSpans} spans were rejected: ${errorMessage}`);
  } catch {
    // What a server says beside its 200 is of no consequence.
  }
}

/** Failures that pass. Any other, such as a bad certificate or header, would only fail again. */
const PASSING = /^(ECONN|EPIPE|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|EAI_AGAIN|ENOTFOUND|HPE_)/;

function unreachable({ url, isDefault }: OtlpConfig, cause: unknown): never {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const retryable = cause instanceof Unanswered || PASSING.test(code);
  const advice = isDefault ? "; set OTEL_EXPORTER_OTLP_ENDPOINT, or OTEL_TRACES_EXPORTER=none" : "";
  const reason = code === "ECONNREFUSED" ? "nothing answers there" : message;
  throw new SinkError(`the OTLP endpoint ${url.origin} could not be reached: ${reason}${advice}`, {
    retryable,
    cause,
  });
}

function encode(spans: readonly ReadableSpan[], { protocol }: OtlpConfig): Uint8Array {
  const serializer = protocol === "http/json" ? JsonTraceSerializer : ProtobufTraceSerializer;
  const body = serializer.serializeRequest([...spans]);
  if (!body) throw new SinkError("the spans could not be encoded", { retryable: false });
  return body;
}

function createAgent({ url, certificates }: OtlpConfig): HttpsAgent {
  const { Agent } = httpOf(url);
  const options: AgentOptions = { keepAlive: true };
  if (url.protocol === "https:") {
    const { readFileSync } = process.getBuiltinModule("node:fs");
    for (const [name, path] of Object.entries(certificates)) {
      if (path) options[name as "ca" | "cert" | "key"] = readFileSync(path);
    }
  }
  return new Agent(options) as HttpsAgent;
}
