import type { APIGatewayProxyEventV2, APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import { ACCOUNT_ID, REGION } from "../events/events.ts";
import { answerCache } from "./answer-cache.ts";
import { refusal, type Verdict } from "./gateway.ts";
import { judge } from "./policy.ts";

export interface HttpApiAuthorizer {
  /** Runs the authorizer; what it rejects with becomes a 500. */
  readonly invoke: (event: APIGatewayRequestAuthorizerEventV2) => Promise<unknown>;
  /** The headers that say who asks, in lower case. Without one of them nobody is asked. Default `authorization`. */
  readonly identityHeaders?: readonly string[] | undefined;
  /** Seconds that an answer is kept for the same identity; default 0, not at all. */
  readonly ttl?: number | undefined;
  /** Whether it answers `{ isAuthorized, context }`, which is enabled for each authorizer, or with a policy. Default false. */
  readonly simpleResponses?: boolean | undefined;
}

/**
 * A Lambda authorizer of an HTTP API, payload format 2.0.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export function authorizeHttpApi({
  invoke,
  identityHeaders = ["authorization"],
  ttl = 0,
  simpleResponses = false,
}: HttpApiAuthorizer): (event: APIGatewayProxyEventV2) => Promise<Verdict> {
  const answerTo = answerCache(ttl);
  return async (event) => {
    const identity = identityHeaders.flatMap((name) => event.headers[name] ?? []);
    if (identity.length < identityHeaders.length) return { refusal: refusal(401, "Unauthorized") };
    const asking = toAuthorizerEvent(event, identity);
    try {
      const { answer } = await answerTo(identity, () => invoke(asking));
      if (!isAllowed(answer, asking.routeArn, simpleResponses)) return { refusal: refusal(403, "Forbidden") };
      return { authorizer: { lambda: contextOf(answer) } };
    } catch {
      return { refusal: refusal(500, "Internal Server Error") };
    }
  };
}

function toAuthorizerEvent(
  { body: _, isBase64Encoded: _encoded, ...request }: APIGatewayProxyEventV2,
  identitySource: string[],
): APIGatewayRequestAuthorizerEventV2 {
  const { apiId, stage, http } = request.requestContext;
  const { cookies = [], ...rest } = request;
  return {
    ...rest,
    type: "REQUEST",
    routeArn: `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${apiId}/${stage}/${http.method}${http.path}`,
    identitySource,
    cookies,
  } as APIGatewayRequestAuthorizerEventV2;
}

function isAllowed(answer: unknown, arn: string, simple: boolean): boolean {
  const { isAuthorized, principalId, policyDocument } = Object(answer) as Record<string, unknown>;
  if (simple) {
    if (typeof isAuthorized !== "boolean") throw new TypeError("no simple answer");
    return isAuthorized;
  }
  if (typeof principalId !== "string") throw new TypeError("a policy of nobody");
  return judge(policyDocument, arn) === "allow";
}

function contextOf(answer: unknown): object | null {
  const { context = null } = answer as { context?: unknown };
  if (typeof context !== "object" || Array.isArray(context)) throw new TypeError("a context is an object");
  return context;
}
