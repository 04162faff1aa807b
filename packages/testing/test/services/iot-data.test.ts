import {
  GetThingShadowCommand,
  IoTDataPlaneClient,
  PublishCommand,
  type PublishCommandInput,
} from "@aws-sdk/client-iot-data-plane";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type IotData, startIotData } from "../../src/services/iot-data.ts";
import { iotRule } from "../../src/services/iot-rule.ts";

const SQL =
  "SELECT *, get_user_properties() AS user_properties, topic() AS topic, clientid() AS client FROM 'sensors/#'";
let iot: IotData;
let client: IoTDataPlaneClient;
let events: unknown[];

beforeAll(async () => {
  const invoke = async (event: unknown) => events.push(event);
  iot = await startIotData({
    rules: [iotRule({ sql: SQL, invoke }), iotRule({ sql: "SELECT * FROM 'other'", invoke })],
  });
  client = new IoTDataPlaneClient({
    endpoint: iot.url,
    region: "us-east-1",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await iot.close();
});
beforeEach(() => {
  events = [];
});

const publish = async (input: Partial<PublishCommandInput> = {}) => {
  const payload = Buffer.from('{"celsius":21}');
  await client.send(new PublishCommand({ topic: "sensors/7/reading", qos: 1, payload, ...input }));
  await iot.idle();
};

test("what is published comes to the rules whose topic it is", async () => {
  await publish();
  expect(events).toEqual([{ celsius: 21, topic: "sensors/7/reading", client: "n/a" }]);
});

test("user properties come along, each value by itself", async () => {
  await publish({
    userProperties: JSON.stringify([{ traceparent: "00-a-b-01" }, { tag: "1" }, { tag: "2" }]),
  });
  expect(events).toMatchObject([
    { user_properties: [{ traceparent: "00-a-b-01" }, { tag: "1" }, { tag: "2" }] },
  ]);
});

test("a payload that a function cannot take is a failure, the publisher has its answer", async () => {
  await publish({ payload: Uint8Array.of(0xff, 0xfe) });
  expect(events).toEqual([]);
  expect(iot.failures.at(-1)).toMatchObject({ message: expect.stringContaining("binary payload") });
});

test.each<[string, Partial<PublishCommandInput>, string]>([
  ["a wildcard", { topic: "sensors/+" }, "InvalidRequestException"],
  ["a topic of 257 bytes", { topic: "x".repeat(257) }, "InvalidRequestException"],
  ["eight slashes", { topic: "1/2/3/4/5/6/7/8/9" }, "InvalidRequestException"],
  ["QoS 2", { qos: 2 }, "InvalidRequestException"],
  ["properties that are no list", { userProperties: '{"a":"b"}' }, "InvalidRequestException"],
  ["properties with numbers", { userProperties: '[{"a":1}]' }, "InvalidRequestException"],
  ["a payload over 128 KB", { payload: Buffer.alloc(131_073, "1") }, "RequestEntityTooLargeException"],
])("%s is refused", async (_, input, name) => {
  await expect(publish(input)).rejects.toMatchObject({ name });
  expect(events).toEqual([]);
});

test("128 KB, 256 bytes and seven slashes are taken", async () => {
  await publish({
    topic: `sensors/${"x".repeat(248)}`,
    payload: Buffer.alloc(131_072, " ").fill("{}", 0, 2),
  });
  await publish({ topic: "sensors/2/3/4/5/6/7/8" });
  expect(events).toHaveLength(2);
});

test("another operation is unknown", async () => {
  await expect(client.send(new GetThingShadowCommand({ thingName: "a" }))).rejects.toMatchObject({
    name: "UnknownOperationException",
  });
});
