import "@throughline/middy/register";
import middy from "@middy/core";
import { tracing } from "@throughline/middy";

interface Asked {
  readonly methodArn?: string;
  readonly routeArn?: string;
}

/** Lets everybody pass; an HTTP API's by a simple answer, if the environment says so, and all others by a policy. */
export const handler = middy(async ({ methodArn, routeArn }: Asked) => {
  const context = { plan: "gold" };
  if (process.env.SIMPLE) return { isAuthorized: true, context };
  const statement = { Action: "execute-api:Invoke", Effect: "Allow", Resource: methodArn ?? routeArn };
  return {
    principalId: "user",
    policyDocument: { Version: "2012-10-17", Statement: [statement] },
    context,
  };
}).use(tracing());
