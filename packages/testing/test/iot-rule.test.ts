import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Aedes } from "aedes";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { type IotMessage, iotRule } from "../src/iot-rule.ts";

const rule = (sql: string) => iotRule({ sql, invoke: async () => undefined });
const MESSAGE: IotMessage = {
  topic: "sensors/7/reading",
  payload: '{"celsius":21,"device":{"id":7,"name":"oven"}}',
  userProperties: { traceparent: "00-a-b-01", tag: ["1", "2"] },
  clientId: "device-7",
};
const select = (columns: string, message: Partial<IotMessage> = {}) =>
  rule(`SELECT ${columns} FROM '#'`).apply({ ...MESSAGE, ...message })?.event;

test.each<[string, unknown]>([
  ["*", { celsius: 21, device: { id: 7, name: "oven" } }],
  ["celsius", { celsius: 21 }],
  ["device.name, device.id AS number", { name: "oven", number: 7 }],
  ["constructor AS none", {}],
  ["missing, celsius AS c", { c: 21 }],
  ["topic()", { topic: "sensors/7/reading" }],
  ["topic(2) AS device, topic(9) AS none", { device: "7" }],
  ["clientid() as who", { who: "device-7" }],
  ["encode(*, 'base64') AS data", { data: Buffer.from(MESSAGE.payload as string).toString("base64") }],
  ["timestamp() AS ts", { ts: expect.any(Number) }],
  ["get_user_properties('traceparent') AS traceparent", { traceparent: ["00-a-b-01"] }],
  ["get_user_properties('tag') AS tag", { tag: ["1", "2"] }],
  ["get_user_properties('no') AS no", {}],
  [
    "get_user_properties() AS user_properties",
    { user_properties: [{ traceparent: "00-a-b-01" }, { tag: "1" }, { tag: "2" }] },
  ],
  ["*, topic() AS celsius", { celsius: "sensors/7/reading", device: { id: 7, name: "oven" } }],
])("SELECT %s", (columns, event) => expect(select(columns)).toEqual(event));

test.each<[string, Partial<IotMessage>, string, unknown]>([
  ["no payload is an empty object", { payload: "" }, "*, topic() AS topic", { topic: "sensors/7/reading" }],
  ["a list is itself", { payload: "[1]" }, "*", [1]],
  [
    "fields of a list are none",
    { payload: "[1]" },
    "celsius, topic() AS topic",
    { topic: "sensors/7/reading" },
  ],
  [
    "binary data can be encoded",
    { payload: Uint8Array.of(255) },
    "encode(*, 'base64') AS data",
    { data: "/w==" },
  ],
  [
    "MQTT 3 has no user properties",
    { userProperties: undefined },
    "celsius, get_user_properties() AS p, get_user_properties('tag') AS tag",
    { celsius: 21 },
  ],
])("%s", (_, message, columns, event) => expect(select(columns, message)).toEqual(event));

test.each<[string, Partial<IotMessage>, string]>([
  ["binary data", { payload: Uint8Array.of(255) }, "*"],
  ["something added to a list", { payload: "[1]" }, "*, topic() AS topic"],
])("%s goes to no function", (_, message, columns) =>
  expect(() => select(columns, message)).toThrow(TypeError),
);

test.each([
  ["a/b", "a/b", true],
  ["a/b", "a/b/c", false],
  ["a/+", "a/b", true],
  ["a/+", "a/b/c", false],
  ["+/b", "a/b", true],
  ["a/#", "a", true],
  ["a/#", "a/b/c", true],
  ["a/+/#", "a/b/c/d", true],
  ["#", "a/b", true],
  ["#", "$aws/a", false],
  ["$aws/#", "$aws/a", true],
])("filter %s and topic %s: %s", (filter, topic, matches) => {
  expect(rule(`SELECT * FROM '${filter}'`).apply({ ...MESSAGE, topic }) !== undefined).toBe(matches);
});

test.each([
  "SELECT *",
  "SELECT * FROM 'a' WHERE celsius > 3",
  "SELECT FROM 'a'",
  "SELECT celsius + 1 AS c FROM 'a'",
  "SELECT md5(celsius) AS c FROM 'a'",
  "SELECT encode(celsius, 'base64') AS c FROM 'a'",
])("%s is not played", (sql) => expect(() => rule(sql)).toThrow(TypeError));

test("a broker's message comes to the function, a context in its payload too", async () => {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = await connectAsync(`mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const arrived = Promise.withResolvers<unknown>();
  const read = iotRule({
    sql: "SELECT *, topic() AS topic FROM 'sensors/+/reading'",
    invoke: async (event) => arrived.resolve(event),
  });
  client.on("message", (topic, payload, { properties }) => {
    read.receive({ topic, payload, ...properties }).catch(arrived.reject);
  });
  await client.subscribeAsync("#");
  await client.publishAsync("sensors/7/other", "{}", { qos: 1 });
  await client.publishAsync("sensors/7/reading", '{"traceparent":"00-a-b-01"}', { qos: 1 });
  expect(await arrived.promise).toEqual({ traceparent: "00-a-b-01", topic: "sensors/7/reading" });
  await client.endAsync();
  server.close();
  aedes.close();
});
