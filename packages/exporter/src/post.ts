import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from "node:http";
import { timeLeft } from "./deadline.ts";

/** What `post` sends where. */
export interface PostRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly agent: Agent;
}

export interface PostResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const MAX_BODY = 64 * 1024;

/**
 * The HTTP stack of a URL's scheme, loaded at first need: imported from an ES module `node:http` costs about 30 ms of cold
 * start, as its facade evaluates undici.
 */
export function httpOf(url: URL): typeof import("node:http") | typeof import("node:https") {
  return url.protocol === "https:"
    ? process.getBuiltinModule("node:https")
    : process.getBuiltinModule("node:http");
}

/**
 * Posts a body and gives the answer; redirects are not followed. Rejects when none came by the moment given.
 *
 * A kept-alive socket that the other side closed while this process was frozen costs nothing: the request goes again at once on
 * a new one.
 */
export async function post(request: PostRequest, until: number): Promise<PostResponse> {
  try {
    return await attempt(request, until);
  } catch (error) {
    if (!(error instanceof StaleSocket)) throw error;
    return attempt(request, until);
  }
}

class StaleSocket extends Error {}

function attempt({ url, headers, body, agent }: PostRequest, until: number): Promise<PostResponse> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      method: "POST",
      agent,
      headers: { ...headers, "content-length": String(body.byteLength) },
    };
    const request: ClientRequest = httpOf(url).request(url, options);
    const timer = setTimeout(() => request.destroy(new Unanswered("no answer in time")), timeLeft(until));
    let answered = false;
    request.on("error", (error: NodeJS.ErrnoException) => {
      if (answered) return;
      clearTimeout(timer);
      const stale = request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
      reject(stale ? new StaleSocket(error.message, { cause: error }) : error);
    });
    request.on("response", (response) => {
      answered = true;
      // The status is the answer; a body that breaks off or trickles on is of no consequence.
      const answer = (body: Buffer) =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      readBody(response)
        .then(answer, () => answer(Buffer.alloc(0)))
        .finally(() => clearTimeout(timer));
    });
    request.end(body);
  });
}

/** There was no answer by the moment given. */
export class Unanswered extends Error {}

/** The body's beginning; a longer one is cut off, the connection with it. */
async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).byteLength;
    if (size > MAX_BODY) break;
  }
  return Buffer.concat(chunks);
}
