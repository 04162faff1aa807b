import { setTimeout as delay } from "node:timers/promises";
import type { Receiver } from "@throughline/testing";
import { type Broker, startBroker } from "./cloud/broker.ts";
import { type Deployment, deploy } from "./deployment.ts";

const ORDER = {
  id: "order-1",
  items: [
    { name: "lamp", kilos: 2 },
    { name: "table", kilos: 40 },
  ],
};

/** What became of an order. */
export interface Orders extends Pick<Broker, "protocolVersion"> {
  /** With everybody's spans. */
  readonly receiver: Receiver;
  close(): Promise<void>;
}

/**
 * The whole way of an order, on embedded parts: HTTP → checkout → SNS → SQS → fulfil, and from there
 *
 * - event bus → notify
 * - state machine → ship, for each item → MQTT → IoT rule → track → HTTP → carrier
 *
 * Another queue of the topic, and the bucket and the table that *ship* writes to, invoke audit.
 */
export async function runOrders(
  say: (step: string) => void,
  startMqtt: () => Promise<Broker> = startBroker,
): Promise<Orders> {
  await using running = new AsyncDisposableStack();
  const deployment = await deploy(running, say, startMqtt);

  say("ordering two items");
  const { api, receiver, broker } = deployment;
  const response = await fetch(`${api.url}/orders`, { method: "POST", body: JSON.stringify(ORDER) });
  if (response.status !== 202)
    throw new Error(`checkout answered ${response.status}: ${await response.text()}`);

  say("following them through the queues, the bus, the state machine and the broker");
  await follow(deployment);

  const parts = running.move();
  return { receiver, protocolVersion: broker.protocolVersion, close: () => parts.disposeAsync() };
}

/** Waits for all that an order brings about; rejects with what failed. */
async function follow(deployment: Deployment): Promise<void> {
  const { queues, bus, machine, rule, bucket, stream, carrier, functions } = deployment;
  const check = (): void => {
    const batches = [...queues.flatMap((queue) => queue.batches), ...stream.batches];
    const errors = [...batches.map(({ error }) => error), ...bus.failures, ...bucket.failures];
    for (const error of errors) if (error !== undefined) throw error;
  };
  const until = async (what: string, isSo: () => boolean): Promise<void> => {
    for (const deadline = performance.now() + 20_000; !isSo(); await delay(10)) {
      check();
      if (performance.now() > deadline) throw new Error(`20 s passed before ${what}`);
    }
  };
  const { length } = ORDER.items;

  await until("the queues were empty", () =>
    queues.every((queue) => queue.batches.flatMap(({ event }) => event.Records).length >= length),
  );
  await bus.idle();
  for (const { status, error, cause } of await Promise.all(machine.executions.map(({ done }) => done)))
    if (status !== "SUCCEEDED") throw new Error(`the shipping ${status}: ${error} ${cause}`);
  await until("all shipments were told of", () => rule.deliveries.length >= length);
  await Promise.all(rule.deliveries);
  await Promise.all([bucket.look(), stream.look()]);
  await Promise.all([...functions.map((each) => each.settled()), carrier.flush()]);
  check();
}
