import "@throughline/middy/register";
import middy from "@middy/core";
import { tracing } from "@throughline/middy";

interface Authorized {
  readonly requestContext: { readonly authorizer: { readonly plan?: string; readonly lambda?: object } };
}

/** Answers with what it was told of the authorizer, but for the trace. */
export const handler = middy(async ({ requestContext }: Authorized) => {
  const { authorizer } = requestContext;
  const { plan } = (authorizer.lambda ?? authorizer) as { plan?: string };
  return { statusCode: 200, headers: { "content-type": "text/plain" }, body: plan };
}).use(tracing());
