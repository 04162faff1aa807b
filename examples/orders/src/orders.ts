import {
  type Receiver,
  startEventBus,
  startHttpApi,
  startQueueMapping,
  startReceiver,
} from "@throughline/testing";
import { startCloud } from "./cloud.ts";
import { start } from "./functions.ts";

const ITEMS = ["lamp", "chair", "table"];

/**
 * The whole way of an order, on embedded parts: HTTP → checkout → SNS → SQS, wrapped and raw → fulfil → event bus → notify.
 * Gives the receiver with everybody's spans.
 */
export async function runOrders(
  say: (step: string) => void,
): Promise<{ receiver: Receiver; close(): Promise<void> }> {
  say("starting an OTLP receiver, SNS and SQS");
  const receiver = await startReceiver();
  const cloud = await startCloud();
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };

  say("bundling and starting three functions on the Lambda runtime client");
  const notify = await start("notify", environment);
  const bus = await startEventBus({ targets: [(event) => notify.invoke(event)] });
  const fulfil = await start("fulfil", { ...environment, AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url });
  const checkout = await start("checkout", {
    ...environment,
    AWS_ENDPOINT_URL_SNS: cloud.endpoint,
    TOPIC_ARN: cloud.topicArn,
  });
  const functions = [checkout, fulfil, notify];
  let fulfilled = 0;
  const mappings = cloud.queues.map(({ url, arn }) =>
    startQueueMapping({
      sqs: cloud.sqs,
      queueUrl: url,
      queueArn: arn,
      invoke: async (event) => {
        const result = await fulfil.invoke(event);
        fulfilled += event.Records.length;
        return result;
      },
    }),
  );
  const api = await startHttpApi({ routes: ["POST /orders"], invoke: (event) => checkout.invoke(event) });

  say("ordering three items");
  const order = { id: "order-1", items: ITEMS };
  const response = await fetch(`${api.url}/orders`, { method: "POST", body: JSON.stringify(order) });
  if (response.status !== 202)
    throw new Error(`checkout answered ${response.status}: ${await response.text()}`);

  say("following the items through both queues and the bus");
  while (fulfilled < ITEMS.length * cloud.queues.length)
    await new Promise((resolve) => setTimeout(resolve, 10));
  await bus.idle();
  await Promise.all(functions.map((each) => each.settled()));

  return {
    receiver,
    async close() {
      await Promise.all(mappings.map((mapping) => mapping.stop()));
      await Promise.all([api.close(), bus.close(), ...functions.map((each) => each.stop())]);
      await cloud.stop();
      await receiver.close();
    },
  };
}
