import middy from "@middy/core";
import { tracing } from "@throughline/middy";
import { work } from "./work.ts";

export const handler = middy(work).use(tracing());
