import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on 127.0.0.1 that can be closed at once, whatever its clients are doing. */
export interface LocalServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and destroys every connection, those with a request in flight too. */
  close(): Promise<void>;
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Listens on a port, or on a free one; a handler that throws answers 500 with the error's message. */
export async function startServer(handle: RequestHandler, port = 0): Promise<LocalServer> {
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => fail(response, error));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: actual } = server.address() as AddressInfo;

  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${actual}`, port: actual, close, [Symbol.asyncDispose]: close };
}

/** The whole body of a request. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function fail(response: ServerResponse, error: unknown): void {
  // The client went away while its request was read: nobody is left to tell.
  if (response.destroyed) return;
  if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
  response.end(error instanceof Error ? error.message : String(error));
}
