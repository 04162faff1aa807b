import "@throughline/middy/register";
import { Readable } from "node:stream";
import middy from "@middy/core";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import { tracedExecution, tracing } from "@throughline/middy";

export const handler = middy({ executionMode: tracedExecution(executionModeStreamifyResponse) })
  .use(tracing())
  .handler(async (event) => {
    if ((event as { fails?: boolean }).fails) throw new RangeError("as asked");
    return Readable.from(["one ", "two"]);
  });
