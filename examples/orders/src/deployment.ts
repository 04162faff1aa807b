import {
  startBucketNotifications,
  startEventBus,
  startHttpApi,
  startQueueMapping,
  startReceiver,
  startTableStream,
} from "@throughline/testing";
import { startAws } from "./cloud/aws.ts";
import type { Broker } from "./cloud/broker.ts";
import { startCarrier } from "./cloud/carrier.ts";
import { startRule } from "./cloud/rule.ts";
import { startShipping } from "./cloud/shipping.ts";
import { startTable } from "./cloud/table.ts";
import { bundle, start } from "./functions.ts";

export type Deployment = Awaited<ReturnType<typeof deploy>>;

/** Starts all functions and what invokes them, on loopback; `running` is what stops them. */
export async function deploy(
  running: AsyncDisposableStack,
  say: (step: string) => void,
  startBroker: () => Promise<Broker>,
) {
  say("starting an OTLP receiver, SNS, SQS, S3, DynamoDB, an MQTT broker and a carrier");
  const receiver = running.use(await startReceiver());
  const aws = running.adopt(await startAws(), stop);
  const table = running.adopt(await startTable(), stop);
  const broker = running.adopt(await startBroker(), stop);
  const carrier = running.adopt(await startCarrier(receiver.url), stop);

  say("bundling and starting six functions on the Lambda runtime client");
  await bundle(["checkout", "fulfil", "notify", "ship", "track", "audit"]);
  const run = async (name: string, environment: Readonly<Record<string, string>> = {}) =>
    running.adopt(await start(name, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...environment }), stop);

  const notify = await run("notify");
  const bus = running.use(await startEventBus({ targets: [(event) => notify.invoke(event)] }));

  const ship = await run("ship", {
    AWS_ENDPOINT_URL_S3: aws.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    BUCKET: aws.bucket,
    TABLE: table.tableName,
    BROKER_URL: broker.url,
    MQTT_VERSION: String(broker.protocolVersion),
  });
  const shipping = running.adopt(await startShipping(ship.invoke), stop);

  const track = await run("track", { CARRIER_URL: carrier.url });
  const rule = running.adopt(await startRule(broker, track.invoke), stop);

  const fulfil = await run("fulfil", {
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
    AWS_ENDPOINT_URL_SFN: shipping.url,
    STATE_MACHINE_ARN: shipping.machine.arn,
  });
  const audit = await run("audit");
  const queues = [
    running.use(startQueueMapping({ ...aws, ...aws.raw, invoke: fulfil.invoke })),
    running.use(startQueueMapping({ ...aws, ...aws.wrapped, invoke: audit.invoke })),
  ];
  // Both look when they are asked to: all that has changed in the table by then is one batch.
  const watching = { invoke: audit.invoke, interval: 3_600_000 };
  const bucket = running.use(await startBucketNotifications({ ...aws, ...watching }));
  const stream = running.use(await startTableStream({ ...table, ...watching }));

  const checkout = await run("checkout", { AWS_ENDPOINT_URL_SNS: aws.endpoint, TOPIC_ARN: aws.topicArn });
  const api = running.use(
    await startHttpApi({ routes: ["POST /orders"], invoke: (event) => checkout.invoke(event) }),
  );

  return {
    ...{ receiver, broker, carrier, api, bus, queues, rule, bucket, stream },
    machine: shipping.machine,
    functions: [checkout, fulfil, notify, ship, track, audit],
  };
}

function stop(part: { stop(): Promise<void> }): Promise<void> {
  return part.stop();
}
