import "@throughline/middy/register";
import middy from "@middy/core";
import { tracing } from "@throughline/middy";
import { work } from "./work.ts";

export const handler = middy(work)
  // A warm-up request is answered before anything is traced.
  .before((request) => ((request.event as { warm?: boolean } | null)?.warm ? "warm" : undefined))
  .use(tracing());
