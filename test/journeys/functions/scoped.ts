import "@throughline/middy/register";
import middy from "@middy/core";
import { tracedExecution, tracing } from "@throughline/middy";
import { work } from "./work.ts";

export const handler = middy({ executionMode: tracedExecution() }).use(tracing()).handler(work);
