import "@throughline/middy/register";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import middy from "@middy/core";
import { SpanKind, trace } from "@opentelemetry/api";
import { getTraceHeaders, tracing, w3c } from "@throughline/middy";
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from "aws-lambda";

interface Order {
  readonly id: string;
  readonly items: readonly string[];
}

const sns = new SNSClient({});
const tracer = trace.getTracer("checkout");

/** Takes an order over HTTP and publishes each of its items. */
export const handler = middy(async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyResultV2> => {
  const order = JSON.parse(event.body ?? "{}") as Order;
  await Promise.all(order.items.map((item) => publish(order.id, item)));
  return { statusCode: 202, body: JSON.stringify({ accepted: order.id }) };
}).use(tracing({ http: false }));

function publish(order: string, item: string): Promise<void> {
  return tracer.startActiveSpan(
    "send orders",
    { kind: SpanKind.PRODUCER, attributes: { item } },
    async (span) => {
      await sns.send(
        new PublishCommand({
          TopicArn: process.env.TOPIC_ARN,
          Message: JSON.stringify({ order, item }),
          MessageAttributes: traceAttributes(),
        }),
      );
      span.end();
    },
  );
}

/** Message attributes are what reaches the consumer through SNS, both wrapped and raw. */
function traceAttributes() {
  const headers = Object.entries(getTraceHeaders([w3c]));
  return Object.fromEntries(
    headers.map(([name, value]) => [name, { DataType: "String", StringValue: value }]),
  );
}
