import "@throughline/middy/register";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import middy from "@middy/core";
import { traced, tracing } from "@throughline/middy";
import type { SQSEvent } from "aws-lambda";
import type { Item } from "../item.ts";

const bus = traced(new EventBridgeClient());
const stateMachines = traced(new SFNClient());

/** Takes items off a queue, a batch at a time, announces each batch on the bus and has it shipped. */
export const handler = middy(async ({ Records }: SQSEvent): Promise<void> => {
  const items = Records.map(({ body }) => JSON.parse(body) as Item);
  await bus.send(
    new PutEventsCommand({
      Entries: [{ Source: "orders.fulfil", DetailType: "ItemsFulfilled", Detail: JSON.stringify({ items }) }],
    }),
  );
  await stateMachines.send(
    new StartExecutionCommand({
      stateMachineArn: process.env.STATE_MACHINE_ARN,
      input: JSON.stringify({ items }),
    }),
  );
}).use(tracing());
