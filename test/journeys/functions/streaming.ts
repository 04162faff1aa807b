import "@throughline/middy/register";
import { Readable } from "node:stream";
import middy from "@middy/core";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import { tracedExecution, tracing } from "@throughline/middy";

interface Streamed {
  readonly fails?: boolean;
  /** Milliseconds between the parts. */
  readonly pauses?: number;
}

export const handler = middy({ executionMode: tracedExecution(executionModeStreamifyResponse) })
  .use(tracing())
  .handler(async (event) => {
    const { fails, pauses = 0 } = event as Streamed;
    if (fails) throw new RangeError("as asked");
    return Readable.from(parts(pauses));
  });

async function* parts(pauses: number): AsyncGenerator<string> {
  yield "one ";
  await new Promise((resolve) => setTimeout(resolve, pauses));
  yield "two";
}
