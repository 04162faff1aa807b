import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import { IoTDataPlaneClient, PublishCommand } from "@aws-sdk/client-iot-data-plane";
import { mqtt as payloads } from "@throughline/payloads";
import { extract, inject } from "@throughline/propagation";
import { resolve } from "@throughline/triggers";
import { Aedes } from "aedes";
import mqtt, { type IClientPublishOptions, type IPublishPacket } from "mqtt";
import { describe, expect, test } from "vitest";
import { startServer } from "../src/local-server.ts";

const context = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", sampled: true };
const carried = inject(context);

// The codec that mqtt.js reads and writes its packets with.
const codec = createRequire(createRequire(import.meta.url).resolve("mqtt"))("mqtt-packet") as {
  generate(packet: object, options: object): Buffer;
  parser(options: object): {
    on(event: "packet", listener: (packet: IPublishPacket) => void): void;
    parse(bytes: Buffer): number;
  };
};

const contextOf = (packet: unknown) =>
  payloads
    .extract(packet, "packet")
    .map(({ carrier }) => extract(carrier)?.context)
    .find((found) => found !== undefined);

describe("an MQTT 5 packet", () => {
  const options = { protocolVersion: 5 };
  test.each<[string, Required<IClientPublishOptions>["properties"] | undefined]>([
    ["of nothing else", undefined],
    ["of the user's", { contentType: "application/json", userProperties: { tenant: "a", tag: ["1", "2"] } }],
  ])("keeps the context among its user properties on the wire: %s", (_, given) => {
    const properties = payloads.inject(given, carried);
    const sent = {
      cmd: "publish",
      topic: "orders",
      payload: "on",
      qos: 0,
      dup: false,
      retain: false,
      properties,
    };
    const received: IPublishPacket[] = [];
    const parser = codec.parser(options);
    parser.on("packet", (packet) => received.push(packet));
    parser.parse(codec.generate(sent, options));
    expect(contextOf(received[0])).toMatchObject(context);
    expect(received[0]?.properties).toMatchObject({ ...given, userProperties: { ...given?.userProperties } });
  });
});

test("an MQTT 3.1.1 payload carries the context through a broker", async () => {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    protocolVersion: 4,
  });
  try {
    await client.subscribeAsync("orders/#");
    const received = new Promise<IPublishPacket>((done) => {
      client.once("message", (_topic, _payload, packet) => done(packet));
    });
    await client.publishAsync("orders/new", payloads.injectPayload(Buffer.from('{"order":7}'), carried));
    const packet = await received;
    const payload = JSON.parse(packet.payload.toString());
    expect(payload).toMatchObject({ order: 7 });
    expect(contextOf(packet)).toMatchObject(context);
    // What a rule with SELECT * hands on.
    expect(resolve(payload, undefined).parentage.parent).toMatchObject(context);
  } finally {
    await client.endAsync(true);
    server.close();
    await new Promise<void>((done) => broker.close(done));
  }
});

describe("AWS IoT", () => {
  test("gets the context among the user properties of Publish, and its rule hands it to a function", async () => {
    const request = Promise.withResolvers<IncomingMessage>();
    await using server = await startServer(async (incoming, response) => {
      request.resolve(incoming);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
    const client = new IoTDataPlaneClient({
      region: "eu-west-1",
      endpoint: server.url,
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    });
    try {
      const userProperties = payloads.injectUserProperties('[{"tenant":"a"}]', carried);
      await client.send(new PublishCommand({ topic: "orders/new", userProperties }));
      const header = (await request.promise).headers["x-amz-mqtt5-user-properties"] as string;
      const properties = JSON.parse(Buffer.from(header, "base64").toString()) as Record<string, string>[];
      expect(properties[0]).toEqual({ tenant: "a" });

      const sql = payloads.ruleSql("orders/#", { select: "*, topic() AS topic" });
      const event = ruleEvent(sql, { order: 7, topic: "orders/new" }, properties);
      expect(event).toMatchObject({ order: 7, traceparent: [carried.traceparent] });
      const resolution = resolve(event, undefined);
      expect(resolution.trigger.name).toBe("iot");
      expect(resolution.spanName).toBe("process orders/new");
      expect(resolution.parentage.parent).toMatchObject(context);
    } finally {
      client.destroy();
    }
  });
});

/** The message's fields and each user property's values, as `get_user_properties('key') AS key` gives them; none where it is missing. */
function ruleEvent(sql: string, payload: object, properties: readonly Record<string, string>[]): object {
  const columns = [...sql.matchAll(/get_user_properties\('([^']+)'\) AS (\w+)/g)].map(([, key, column]) => [
    column as string,
    properties.flatMap((property) => property[key as string] ?? []),
  ]);
  return { ...payload, ...Object.fromEntries(columns.filter(([, values]) => values?.length)) };
}
