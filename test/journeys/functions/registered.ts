import "@throughline/middy/register";
import middy from "@middy/core";
import { tracing } from "@throughline/middy";
import { work } from "./work.ts";

// Without Middy's own early timeout: Lambda's is what some of these journeys are about.
export const handler = middy(work, { timeoutEarlyInMillis: 0 })
  // A warm-up request is answered before anything is traced.
  .before((request) => ((request.event as { warm?: boolean } | null)?.warm ? "warm" : undefined))
  .use(tracing());
