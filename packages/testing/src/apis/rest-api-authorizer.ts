import type { APIGatewayProxyEvent } from "aws-lambda";
import { ACCOUNT_ID, REGION } from "../events/events.ts";
import { answerCache } from "./answer-cache.ts";
import { type GatewayReply, json, refusal, type Verdict } from "./gateway.ts";
import { judge } from "./policy.ts";

export interface RestApiAuthorizer {
  /** Runs the authorizer: an error that says `Unauthorized` becomes a 401, any other a 500. */
  readonly invoke: (event: Readonly<Record<string, unknown>>) => Promise<unknown>;
  /** Whether it gets the token alone, or all of the request but its body. Default `REQUEST`. */
  readonly type?: "REQUEST" | "TOKEN" | undefined;
  /** The header that says who asks. Without it nobody is asked. Default `Authorization`. */
  readonly identityHeader?: string | undefined;
  /** Seconds that an answer is kept for the same identity; default 300. */
  readonly ttl?: number | undefined;
}

/** In bytes. */
const MAX_ANSWER = 8192;

/**
 * A Lambda authorizer of a REST API, as strict: a context has texts, numbers and booleans only, and the function is given texts.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
export function authorizeRestApi({
  invoke,
  type = "REQUEST",
  identityHeader = "Authorization",
  ttl = 300,
}: RestApiAuthorizer): (event: APIGatewayProxyEvent) => Promise<Verdict> {
  const answerTo = answerCache(ttl);
  return async (event) => {
    const name = identityHeader.toLowerCase();
    const token = Object.entries(event.headers).find(([header]) => header.toLowerCase() === name)?.[1];
    if (token === undefined) return { refusal: refusal(401, "Unauthorized") };
    const { apiId, stage } = event.requestContext;
    const methodArn = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${apiId}/${stage}/${event.httpMethod}${event.path}`;
    const { body: _, isBase64Encoded: _encoded, ...request } = event;
    const asking =
      type === "TOKEN" ? { type, methodArn, authorizationToken: token } : { type, methodArn, ...request };
    const began = performance.now();
    try {
      const { answer, asked } = await answerTo([token], () => invoke(asking));
      const judgement = judgeAnswer(answer, methodArn);
      if (judgement !== "allow") return { refusal: denial(judgement) };
      const integrationLatency = Math.max(1, Math.round(performance.now() - began));
      return { authorizer: { ...flatten(answer), ...(asked && { integrationLatency }) } };
    } catch (error) {
      const unauthorized = error instanceof Error && error.message === "Unauthorized";
      return { refusal: unauthorized ? refusal(401, "Unauthorized") : json(500, '{"message":null}') };
    }
  };
}

function judgeAnswer(answer: unknown, arn: string) {
  const { principalId, policyDocument } = Object(answer) as Record<string, unknown>;
  if (typeof principalId !== "string") throw new TypeError("a policy of nobody");
  if (Buffer.byteLength(JSON.stringify(answer)) > MAX_ANSWER) throw new RangeError("8 KB at most");
  return judge(policyDocument, arn);
}

function denial(judgement: "explicit-deny" | "deny"): GatewayReply {
  const why = judgement === "explicit-deny" ? " with an explicit deny" : "";
  return json(403, JSON.stringify({ Message: `User is not authorized to access this resource${why}` }));
}

function contextOf(context: unknown): object {
  if (context === undefined || context === null) return {};
  if (typeof context !== "object" || Array.isArray(context)) throw new TypeError("a context is an object");
  return context;
}

const FLAT = new Set(["string", "number", "boolean"]);

function flatten(answer: unknown): Record<string, string> {
  const { principalId, context } = answer as { principalId: string; context?: unknown };
  const values = Object.entries(contextOf(context)).map(([key, value]) => {
    if (!FLAT.has(typeof value)) throw new TypeError(`context.${key} is no text, number or boolean`);
    return [key, String(value)];
  });
  return { ...Object.fromEntries(values), principalId };
}
