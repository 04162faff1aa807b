import middy from "@middy/core";
import { tracing } from "@throughline/middy";
import { work } from "./work.ts";

export const handler = middy(work).use(tracing());

// A connection opened at init, say: Lambda answers our registration meanwhile.
await new Promise((resolve) => setTimeout(resolve, 200));
