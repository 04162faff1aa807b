import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { LocalServer } from "@throughline/testing";
import { inbox } from "./inbox.ts";

/** What a client of the AWS SDK sent. */
export interface RecordedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An endpoint that says yes to everything, for services of which only the request matters. */
export async function startRecorder(): Promise<LocalServer & { next(): Promise<RecordedRequest> }> {
  const requests = inbox<RecordedRequest>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8");
    requests.put({ headers: request.headers, body });
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(answerTo(JSON.parse(body)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    next: requests.next,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The client of SQS checks that its message came through. */
function answerTo({ MessageBody }: { readonly MessageBody?: string }): string {
  const MD5OfMessageBody = MessageBody && createHash("md5").update(MessageBody).digest("hex");
  return JSON.stringify({ MD5OfMessageBody });
}
