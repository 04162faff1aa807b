import "@throughline/middy/register";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import middy from "@middy/core";
import { traced, tracing } from "@throughline/middy";
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from "aws-lambda";
import type { Item } from "../item.ts";

interface Order {
  readonly id: string;
  readonly items: readonly Omit<Item, "order">[];
}

const sns = traced(new SNSClient());

/** Takes an order over HTTP and publishes each of its items. */
export const handler = middy(async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyResultV2> => {
  const { id, items } = JSON.parse(event.body ?? "{}") as Order;
  await Promise.all(items.map((item) => publish({ order: id, ...item })));
  return { statusCode: 202, body: JSON.stringify({ accepted: id }) };
}).use(tracing());

function publish(item: Item) {
  return sns.send(new PublishCommand({ TopicArn: process.env.TOPIC_ARN, Message: JSON.stringify(item) }));
}
