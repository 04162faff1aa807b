import middy from "@middy/core";
import { tracing } from "@throughline/middy";
import type { Context } from "aws-lambda";
import { work } from "./work.ts";

const setUp = () => middy(work).use(tracing());
let traced: ReturnType<typeof setUp> | undefined;

/** Sets tracing up at the first invocation: surely after the runtime asked for it. */
export function handler(event: unknown, context: Context): unknown {
  traced ??= setUp();
  return traced(event, context);
}
