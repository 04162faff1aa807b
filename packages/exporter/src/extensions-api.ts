import type { Agent, IncomingHttpHeaders } from "node:http";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";

interface CallOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Milliseconds; default none. */
  readonly timeout?: number | undefined;
}

interface CallResult {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One call of Lambda's Extensions API. Rejects when there is no answer. */
export type ExtensionsApi = (
  method: "GET" | "POST",
  path: string,
  options: CallOptions,
) => Promise<CallResult>;

/**
 * The Extensions API at `host:port`, over one connection, which does not keep the process alive. Its calls are nobody's spans,
 * whoever instruments HTTP.
 */
export function connectExtensionsApi(api: string): ExtensionsApi {
  let agent: Agent | undefined;
  return (method, path, { headers, body, timeout }) =>
    new Promise((resolve, reject) => {
      const http = process.getBuiltinModule("node:http");
      agent ??= new http.Agent({ keepAlive: true, maxSockets: 1 });
      const url = `http://${api}/2020-01-01/extension/${path}`;
      const signal = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
      const options = { method, agent, headers, ...(signal && { signal }) };
      const request = context.with(suppressTracing(ROOT_CONTEXT), () => http.request(url, options));
      request.on("error", reject);
      request.on("socket", (socket) => socket.unref());
      request.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const { statusCode: status = 0, headers: received } = response;
          resolve({ status, headers: received, body: Buffer.concat(chunks).toString("utf8") });
        });
      });
      request.end(body);
    });
}
