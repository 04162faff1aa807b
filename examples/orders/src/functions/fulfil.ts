import "@throughline/middy/register";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import middy from "@middy/core";
import { getTraceHeaders, tracing } from "@throughline/middy";
import type { SQSEvent } from "aws-lambda";

const bus = new EventBridgeClient({});

/** Takes items off a queue, a batch at a time, and announces each batch on the bus. */
export const handler = middy(async ({ Records }: SQSEvent): Promise<void> => {
  const items = Records.map(({ body }) => itemOf(body));
  const detail = { items, _datadog: getTraceHeaders() };
  await bus.send(
    new PutEventsCommand({
      Entries: [{ Source: "orders.fulfil", DetailType: "ItemsFulfilled", Detail: JSON.stringify(detail) }],
    }),
  );
}).use(tracing({ http: false }));

/** The wrapped subscription puts SNS's notification around the message, the raw one does not. */
function itemOf(body: string): string {
  const parsed = JSON.parse(body) as { item?: string; Message?: string };
  return parsed.item ?? itemOf(parsed.Message ?? "{}");
}
