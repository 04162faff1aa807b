import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { type LocalServer, readBody, startServer } from "../local-server.ts";
import { ServiceError } from "./aws-json.ts";

export interface RestRequest {
  readonly method: string;
  /** Its segments, decoded. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface RestReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Buffer | undefined;
}

/**
 * Serves requests in AWS's REST protocol; a `ServiceError` that is thrown becomes the refusal that SDKs read.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export function startRestService(
  answer: (request: RestRequest) => RestReply | Promise<RestReply>,
  port?: number,
): Promise<LocalServer> {
  return startServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const { method = "GET", headers } = request;
    const path = url.pathname.split("/").slice(1).map(decodeURIComponent);
    const body = await readBody(request);
    const reply = await settle(() => answer({ method, path, query: url.searchParams, headers, body }));
    const own = { "content-type": "application/json", "x-amzn-requestid": randomUUID() };
    response.writeHead(reply.status, { ...own, ...reply.headers }).end(reply.body);
  }, port);
}

/** What an unknown address gets. */
export function unknownOperation(): ServiceError {
  return new ServiceError("UnknownOperationException", "", 404);
}

async function settle(answer: () => RestReply | Promise<RestReply>): Promise<RestReply> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { type, status, message } = error;
    const body = JSON.stringify({ message, ...(status < 500 && { Type: "User" }) });
    return { status, headers: { "x-amzn-errortype": type }, body };
  }
}
