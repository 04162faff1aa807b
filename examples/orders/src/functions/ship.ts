import "@throughline/middy/register";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import middy from "@middy/core";
import { SpanKind, trace } from "@opentelemetry/api";
import { getTraceHeaders, mqtt, traced, tracing } from "@throughline/middy";
import { connectAsync } from "mqtt";
import type { Shipment } from "../item.ts";

const { BUCKET = "", TABLE = "", BROKER_URL = "", MQTT_VERSION } = process.env;
const protocolVersion = MQTT_VERSION === "5" ? 5 : 4;

const s3 = traced(new S3Client());
const table = traced(DynamoDBDocumentClient.from(new DynamoDBClient()), { tableKeys: { [TABLE]: ["id"] } });
const broker = connectAsync(BROKER_URL, { protocolVersion });
const tracer = trace.getTracer("ship");

/** Ships an item: prints its label, books it, and tells the carriers. */
export const handler = middy(async ({ order, name, by }: Shipment): Promise<void> => {
  const id = `${order}/${name}`;
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `${id}.txt`, Body: `${name}, by ${by}` }));
  await table.send(new PutCommand({ TableName: TABLE, Item: { id, by } }));
  await tell({ order, name, by });
}).use(tracing());

/** A broker has no client that could be traced: the span is ours to make, and the context to put into the message. */
function tell(shipment: Shipment): Promise<void> {
  const topic = `shipments/${shipment.by}`;
  return tracer.startActiveSpan(`send ${topic}`, { kind: SpanKind.PRODUCER }, (span) =>
    publish(topic, JSON.stringify(shipment)).finally(() => span.end()),
  );
}

/** MQTT 5 has user properties for the context, 3.1.1 only the payload. */
async function publish(topic: string, payload: string): Promise<void> {
  const client = await broker;
  const context = getTraceHeaders();
  if (protocolVersion === 5)
    await client.publishAsync(topic, payload, { qos: 1, properties: mqtt.inject(undefined, context) });
  else await client.publishAsync(topic, mqtt.injectPayload(payload, context), { qos: 1 });
}
