import type { IncomingHttpHeaders } from "node:http";
import { type LocalServer, readBody, startServer } from "@throughline/testing";

/** A request as the service saw it. */
export interface Seen {
  readonly headers: IncomingHttpHeaders;
  /** Its JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Endpoint extends LocalServer {
  /** What arrived since it was last asked. */
  take(): Seen[];
}

/** What a service answers: a body, or an error's name with a status. */
export type Answer = object | { readonly refusal: string; readonly status?: number };

/** A service in AWS's JSON protocol that answers as it is told. */
export async function startEndpoint(answer: (seen: Seen) => Answer | Promise<Answer>): Promise<Endpoint> {
  const seen: Seen[] = [];
  const server = await startServer(async (request, response) => {
    const body = JSON.parse((await readBody(request)).toString() || "{}");
    const one = { headers: request.headers, body };
    seen.push(one);
    const answered = await answer(one);
    const [status, value] =
      "refusal" in answered
        ? [answered.status ?? 400, { __type: answered.refusal, message: "refused" }]
        : [200, answered];
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "r-1" });
    response.end(JSON.stringify(value));
  });
  return { ...server, take: () => seen.splice(0) };
}
