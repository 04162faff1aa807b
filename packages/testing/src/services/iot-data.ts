import { randomUUID } from "node:crypto";
import { isRecord, parseJson } from "../json.ts";
import type { LocalServer } from "../local-server.ts";
import { ServiceError } from "./aws-json.ts";
import { type Deliveries, startDeliveries } from "./deliveries.ts";
import type { IotMessage, IotRule } from "./iot-rule.ts";
import { type RestRequest, startRestService, unknownOperation } from "./rest-json.ts";

export interface IotDataOptions {
  /** Each is given what is published. */
  readonly rules: readonly Pick<IotRule, "receive">[];
  /** Default: a free one. */
  readonly port?: number | undefined;
}

/** AWS IoT's data plane; its deliveries are what rules do. */
export interface IotData extends LocalServer, Pick<Deliveries, "failures" | "idle"> {}

/**
 * Starts a stand-in for the data plane of AWS IoT that takes `Publish` and gives the message to rules.
 *
 * @see https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_Publish.html
 *
 * @example
 * const iot = await startIotData({ rules: [iotRule({ sql: "SELECT * FROM 'sensors/#'", invoke: read.invoke })] });
 * const client = new IoTDataPlaneClient({ endpoint: iot.url });
 */
export async function startIotData({ rules, port }: IotDataOptions): Promise<IotData> {
  const { failures, start, idle } = startDeliveries();
  const server = await startRestService((request) => {
    if (request.method !== "POST" || request.path[0] !== "topics") throw unknownOperation();
    const message = messageOf(request);
    for (const rule of rules) start(() => rule.receive(message));
    return { status: 200, body: JSON.stringify({ message: "OK", traceId: randomUUID() }) };
  }, port);
  return { ...server, failures, idle };
}

const MAX_TOPIC = 256;
const MAX_SLASHES = 7;
const MAX_PAYLOAD = 131_072;

function messageOf({ path, query, headers, body }: RestRequest): IotMessage {
  const topic = path.slice(1).join("/");
  const [tooLong, tooDeep] = [
    Buffer.byteLength(topic) > MAX_TOPIC,
    topic.split("/").length > MAX_SLASHES + 1,
  ];
  if (topic === "" || /[+#]/.test(topic) || tooLong || tooDeep) throw invalid(`Invalid topic: ${topic}`);
  const qos = query.get("qos") ?? "0";
  if (qos !== "0" && qos !== "1") throw invalid(`Invalid QoS: ${qos}`);
  if (body.length > MAX_PAYLOAD) {
    throw new ServiceError("RequestEntityTooLargeException", `${MAX_PAYLOAD} bytes are the most`, 413);
  }
  const properties = headers["x-amz-mqtt5-user-properties"];
  const userProperties = typeof properties === "string" ? parseProperties(properties) : undefined;
  return { topic, payload: body, userProperties };
}

/** Base64 of a JSON array of objects with one text each. */
function parseProperties(header: string): Record<string, string[]> {
  const list = parseJson(Buffer.from(header, "base64").toString("utf8"));
  if (!Array.isArray(list) || !list.every(isProperty)) throw invalid("Invalid user properties");
  const properties: Record<string, string[]> = Object.create(null);
  for (const [name, value] of list.flatMap(Object.entries<string>)) {
    properties[name] ??= [];
    properties[name].push(value);
  }
  return properties;
}

function isProperty(value: unknown): value is Record<string, string> {
  if (!isRecord(value)) return false;
  const values = Object.values(value);
  return values.length === 1 && typeof values[0] === "string";
}

function invalid(message: string): ServiceError {
  return new ServiceError("InvalidRequestException", message);
}
