import { once } from "node:events";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { Kinesis, waitUntilStreamExists } from "@aws-sdk/client-kinesis";
import { SpanKind } from "@opentelemetry/api";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { type StreamMapping, startStreamMapping } from "@throughline/testing";
import { resolve } from "@throughline/triggers";
import type { KinesisStreamEvent } from "aws-lambda";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { traced } from "../../../src/index.ts";
import { idsOf, local, recordSpans, takeSpans } from "../spans.ts";

const require = createRequire(import.meta.url);
const kinesalite = require("kinesalite") as (options: object) => Server;
const StreamName = "orders";
const streamArn = "arn:aws:kinesis:us-east-1:000000000000:stream/orders";
recordSpans();
const events: KinesisStreamEvent[] = [];
let server: Server;
let plain: Kinesis;
let kinesis: Kinesis;
let mapping: StreamMapping;

beforeAll(async () => {
  server = kinesalite({ createStreamMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = () =>
    new Kinesis({ ...local(`http://127.0.0.1:${port}`), requestHandler: new NodeHttpHandler() });
  plain = client();
  kinesis = traced(client());
  await plain.createStream({ StreamName, ShardCount: 1 });
  await waitUntilStreamExists({ client: plain, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { StreamName });
  const invoke = async (event: KinesisStreamEvent) => void events.push(event);
  mapping = startStreamMapping({ kinesis: plain, streamName: StreamName, streamArn, invoke });
});
afterAll(async () => {
  await mapping.stop();
  plain.destroy();
  kinesis.destroy();
  server.close();
});

/** As many records as these, from now on, and what is made of their events. */
const next = async (count: number) => {
  const records = () => events.flatMap(({ Records }) => Records);
  await vi.waitFor(() => expect(records()).toHaveLength(count), 10_000);
  const taken = events.splice(0);
  const data = taken
    .flatMap(({ Records }) => Records)
    .map((record) => Buffer.from(record.kinesis.data, "base64"));
  return { data, messages: taken.flatMap((event) => resolve(event, undefined, {}).messages) };
};

test("a record of JSON has the send's span for its parent", async () => {
  await kinesis.putRecord({ StreamName, PartitionKey: "1", Data: Buffer.from('{"n":"ü"}') });
  const [span] = takeSpans();
  const { data, messages } = await next(1);
  expect(messages).toMatchObject([{ context: idsOf(span) }]);
  expect(JSON.parse(String(data[0]))).toMatchObject({
    n: "ü",
    _datadog: { traceparent: expect.any(String) },
  });
  expect(span).toMatchObject({
    name: "send orders",
    kind: SpanKind.PRODUCER,
    attributes: {
      "rpc.method": "Kinesis/PutRecord",
      "messaging.system.name": "aws.kinesis",
      "messaging.destination.name": StreamName,
      "aws.kinesis.stream_name": StreamName,
    },
  });
});

test("so has each of a batch; what is no JSON object goes out as it is", async () => {
  const given = ['{"n":1}', "plain", "[1]", Buffer.from([0xff, 0xfe]), '{"n":2}'];
  await kinesis.putRecords({
    StreamName,
    Records: given.map((Data) => ({ PartitionKey: "1", Data: Buffer.from(Data as string) })),
  });
  const [span] = takeSpans();
  const { data, messages } = await next(given.length);
  const parents = messages.map(({ context }) => context?.spanId);
  const { spanId } = idsOf(span);
  expect(parents).toEqual([spanId, undefined, undefined, undefined, spanId]);
  expect(data.slice(1, 4)).toEqual(given.slice(1, 4).map((one) => Buffer.from(one as string)));
  expect(span?.attributes["messaging.batch.message_count"]).toBe(given.length);
});

test("what Datadog's tracers put into the data is found", async () => {
  const _datadog = {
    "x-datadog-trace-id": "1",
    "x-datadog-parent-id": "2",
    "x-datadog-sampling-priority": "1",
  };
  const Data = Buffer.from(JSON.stringify({ _datadog }));
  await plain.putRecord({ StreamName, PartitionKey: "1", Data });
  const { messages } = await next(1);
  expect(messages).toMatchObject([
    { context: { traceId: "1".padStart(32, "0"), spanId: "2".padStart(16, "0") } },
  ]);
});

test("a stream that is named by its ARN only has its name on the span", async () => {
  const Data = Buffer.from("{}");
  await kinesis.putRecord({ StreamARN: streamArn, StreamName, PartitionKey: "1", Data });
  await kinesis.putRecord({ StreamARN: streamArn, PartitionKey: "1", Data }).catch(() => undefined);
  expect(takeSpans().map(({ name }) => name)).toEqual(["send orders", "send orders"]);
  await next(1);
});
