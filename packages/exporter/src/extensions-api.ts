import type { Agent, IncomingHttpHeaders } from "node:http";

interface CallOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Whether the process may end while this waits. */
  readonly background?: boolean | undefined;
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

/** The Extensions API at `host:port`, over one connection. */
export function connectExtensionsApi(api: string): ExtensionsApi {
  let agent: Agent | undefined;
  return (method, path, { headers, body, background }) =>
    new Promise((resolve, reject) => {
      const http = process.getBuiltinModule("node:http");
      agent ??= new http.Agent({ keepAlive: true, maxSockets: 1 });
      const url = `http://${api}/2020-01-01/extension/${path}`;
      const request = http.request(url, { method, agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const { statusCode: status = 0, headers: received } = response;
          resolve({ status, headers: received, body: Buffer.concat(chunks).toString("utf8") });
        });
      });
      request.on("error", reject);
      if (background) request.on("socket", (socket) => socket.unref());
      request.end(body);
    });
}
