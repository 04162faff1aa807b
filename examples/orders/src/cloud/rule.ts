import { mqtt as payloads } from "@throughline/payloads";
import { iotRule } from "@throughline/testing";
import { connectAsync } from "mqtt";
import type { Broker } from "./broker.ts";

const TOPICS = "shipments/#";

/** An AWS IoT rule that gives what comes to a broker to a function, its trace context too. */
export async function startRule(
  { url, protocolVersion }: Broker,
  invoke: (event: unknown) => Promise<unknown>,
) {
  const rule = iotRule({ sql: payloads.ruleSql(TOPICS, { select: "*, topic() AS topic" }), invoke });
  const deliveries: Promise<void>[] = [];
  const client = await connectAsync(url, { protocolVersion });
  client.on("message", (topic, payload, { properties }) => {
    const delivery = rule.receive({ topic, payload, ...properties });
    // It is looked at when all have come.
    delivery.catch(() => {});
    deliveries.push(delivery);
  });
  await client.subscribeAsync(TOPICS, { qos: 1 });
  return { deliveries, stop: () => client.endAsync(true) };
}
