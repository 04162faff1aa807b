import type { IncomingMessage } from "node:http";
import { ServiceError, sendJson } from "./aws-json.ts";
import { isRecord, parseJson } from "./json.ts";
import { type LocalServer, readBody, startServer } from "./local-server.ts";
import { strictQueues } from "./strict-queues.ts";
import { checkPublish, publishRefusal } from "./strict-topics.ts";

export interface StrictMessagingOptions {
  /** Of the stand-in for SQS and SNS that does the work: `http://127.0.0.1:PORT`. */
  readonly upstream: string;
  /** Default: a free one. */
  readonly port?: number | undefined;
}

/** Sends a JSON request to the stand-in, in place of the one that came; gives what it answered. */
export type Forward = (
  target: string,
  input: unknown,
) => Promise<{
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly output: unknown;
}>;

/**
 * Starts a front to a stand-in for SQS and SNS that is stricter than the stand-in and forgets less:
 *
 * - What AWS refuses is refused: eleven attributes, too many bytes with them, characters that are not allowed.
 * - `AWSTraceHeader` of a sent message, or else the tracing header of the request, is there when the message is received.
 * - A message with more than ten attributes, which only raw delivery of SNS can bring, is dropped when it is received with all
 *   of them asked for.
 *
 * Everything else goes through as it is. The tracing header of what is published to SNS is not remembered.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
 *
 * @example
 * const strict = await startStrictMessaging({ upstream: `http://127.0.0.1:${fauxqs.port}` });
 * const sqs = new SQSClient({ endpoint: strict.url });
 */
export async function startStrictMessaging({ upstream, port }: StrictMessagingOptions): Promise<LocalServer> {
  const queues = strictQueues();
  return startServer(async (request, response) => {
    const body = await readBody(request);
    const target = request.headers["x-amz-target"];
    const forward: Forward = async (operation, value) => {
      const headers = { "x-amz-target": operation };
      const answer = await pass(upstream, request, Buffer.from(JSON.stringify(value)), headers);
      return { ...answer, output: parseJson(answer.body.toString("utf8")) };
    };
    try {
      const input = parseJson(body.toString("utf8"));
      const answer =
        typeof target === "string" && isRecord(input)
          ? queues(target, input, request.headers, forward)
          : undefined;
      if (answer) {
        const { status, headers = {}, output } = await answer;
        return void response.writeHead(status, headers).end(JSON.stringify(output));
      }
      if (target === undefined) checkPublish(new URLSearchParams(body.toString("utf8")));
      const { status, headers, body: answered } = await pass(upstream, request, body);
      response.writeHead(status, headers).end(answered);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { type, status, message } = error;
      if (target === undefined) return void response.writeHead(status).end(publishRefusal(error));
      // The name that the older protocol has for it goes along.
      response.setHeader("x-amzn-query-error", `${type};Sender`);
      sendJson(
        response,
        status,
        { __type: `com.amazonaws.sqs#${type}`, message },
        "application/x-amz-json-1.0",
      );
    }
  }, port);
}

/** They are of the connection, or follow from the body. */
const OWN_HEADERS = new Set([
  ...["host", "connection", "keep-alive", "transfer-encoding", "expect"],
  ...["content-length", "content-encoding"],
]);

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

async function pass(
  upstream: string,
  { method = "POST", url = "/", headersDistinct }: IncomingMessage,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const given = Object.entries(headersDistinct).map(
    ([name, values = []]) => [name, values.join(",")] as const,
  );
  const response = await fetch(new URL(url, upstream), {
    method,
    headers: { ...carriedOn(given), ...headers },
    ...(body.length > 0 && { body: new Uint8Array(body) }),
  });
  const { status } = response;
  return { status, headers: carriedOn(response.headers), body: Buffer.from(await response.arrayBuffer()) };
}

function carriedOn(headers: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !OWN_HEADERS.has(name)));
}
