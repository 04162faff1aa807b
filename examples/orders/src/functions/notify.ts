import "@throughline/middy/register";
import middy from "@middy/core";
import { trace } from "@opentelemetry/api";
import { tracing } from "@throughline/middy";
import type { EventBridgeEvent } from "aws-lambda";
import type { Item } from "../item.ts";

const tracer = trace.getTracer("notify");

/** Tells the customer what was fulfilled. */
export const handler = middy(
  async (event: EventBridgeEvent<"ItemsFulfilled", { items: readonly Item[] }>) => {
    tracer.startActiveSpan("render mail", (span) => {
      span.setAttribute("items", event.detail.items.length);
      span.end();
    });
  },
).use(tracing());
