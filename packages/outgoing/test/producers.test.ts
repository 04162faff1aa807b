import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IoTDataPlane } from "@aws-sdk/client-iot-data-plane";
import { Kinesis } from "@aws-sdk/client-kinesis";
import { Lambda } from "@aws-sdk/client-lambda";
import { S3 } from "@aws-sdk/client-s3";
import { Scheduler } from "@aws-sdk/client-scheduler";
import { SFN } from "@aws-sdk/client-sfn";
import { SNS } from "@aws-sdk/client-sns";
import * as sqsPackage from "@aws-sdk/client-sqs";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { traceStateMachine } from "@throughline/payloads";
import {
  type Delivery,
  iotRule,
  startBucketNotifications,
  startEventBus,
  startHttpApi,
  startIotData,
  startLambdaEndpoint,
  startQueueMapping,
  startScheduler,
  startStepFunctions,
  startStreamMapping,
  startTableStream,
  stateMachine,
} from "@throughline/testing";
import { resolve } from "@throughline/triggers";
import { startFauxqs } from "fauxqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as throughline from "../../middy/src/index.ts";
import { idsOf, inSpan, local, recordSpans, takeSpans } from "./aws-sdk/spans.ts";

const require = createRequire(import.meta.url);
const page = readFileSync(join(import.meta.dirname, "../../../docs/producers.md"), "utf8");
/** Each snippet by the last heading above it. */
const snippets = [...page.matchAll(/^#+ (.*)\n(?:(?!^#|^```).*\n)*?```ts\n([\s\S]*?)^```$/gm)].map(
  ([, heading = "", code = ""]): [string, string] => [heading, code],
);

type Scope = Record<string, unknown>;
type Invocation = { readonly event: unknown; readonly delivery?: Partial<Delivery> | undefined };

/** What the snippets take for given. */
let scope: Scope;
/** What functions were invoked with, and looks at what starts functions only when it is looked at. */
let invocations: Invocation[] = [];
let looks: (() => Promise<unknown>)[] = [];
const closing: (() => unknown)[] = [];

const invoke = async (event: unknown, delivery?: Partial<Delivery>): Promise<void> => {
  invocations.push({ event, delivery });
};
const never = 3_600_000;

beforeAll(async () => {
  recordSpans();
  scope = {
    ...throughline,
    ...(await messaging()),
    ...(await invoking()),
    ...(await writing()),
    ...others(),
  };
  closing.push(throughline.traceHttp());
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

async function messaging(): Promise<Scope> {
  const { traced } = throughline;
  const aws = await startFauxqs({ port: 0, logger: false });
  const url = `http://127.0.0.1:${aws.port}`;
  const bus = await startEventBus({ targets: [invoke] });
  const rule = iotRule({ sql: throughline.mqtt.ruleSql("orders/#"), invoke });
  const iotData = await startIotData({ rules: [rule] });
  const kinesalite = require("kinesalite") as (options: object) => Server;
  const streams = kinesalite({ createStreamMs: 0 }).listen(0, "127.0.0.1");
  await once(streams, "listening");

  // The page's first snippet makes its client itself.
  Object.assign(process.env, { AWS_ENDPOINT_URL_SQS: url, AWS_REGION: "us-east-1" });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" });
  const untraced = new sqsPackage.SQS(local(url));
  const sns = new SNS(local(url));
  const created = await untraced.createQueue({ QueueName: "orders" });
  // The SDK sends where a queue's URL says, and its host has no address everywhere.
  const QueueUrl = `${url}${new URL(created.QueueUrl ?? "").pathname}`;
  const { TopicArn } = await sns.createTopic({ Name: "orders" });
  const queueArn = "arn:aws:sqs:us-east-1:000000000000:orders";
  await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: queueArn });
  const queue = startQueueMapping({ sqs: untraced, queueUrl: QueueUrl, queueArn, invoke, batchWindow: 300 });

  const [StreamName, StreamARN] = ["orders", "arn:aws:kinesis:us-east-1:000000000000:stream/orders"];
  const handler = { requestHandler: new NodeHttpHandler() };
  const kinesis = new Kinesis({ ...local(urlOf(streams)), ...handler });
  await kinesis.createStream({ StreamName, ShardCount: 1 });
  while ((await kinesis.describeStream({ StreamName })).StreamDescription?.StreamStatus !== "ACTIVE");
  const stream = startStreamMapping({
    kinesis,
    streamName: StreamName,
    streamArn: StreamARN,
    invoke,
    interval: never,
  });
  looks.push(() => stream.look());

  closing.push(
    () => aws.stop(),
    () => bus.close(),
    () => iotData.close(),
    () => stop(streams),
    () => queue.stop(),
    () => stream.stop(),
  );
  return {
    ...sqsPackage,
    ...{ untraced, QueueUrl, TopicArn, StreamName, orders: [{ id: "7" }, { id: "8" }] },
    sqs: traced(new sqsPackage.SQS(local(url))),
    sns: traced(sns),
    eventBridge: traced(new EventBridge(local(bus.url))),
    iot: traced(new IoTDataPlane(local(iotData.url))),
    kinesis: traced(kinesis),
    // The parts of other clients that are called, over real ones.
    sdkV2: { sendMessage: (input: never) => ({ promise: () => untraced.sendMessage(input) }) },
    client: {
      publish: (topic: string, payload: string, { properties }: { properties?: object } = {}) =>
        rule.receive({ topic, payload, ...properties }),
    },
  };
}

async function invoking(): Promise<Scope> {
  const { traced } = throughline;
  const endpoint = await startLambdaEndpoint({ functions: { charge: invoke } });
  const schedules = await startScheduler({ functions: { remind: invoke } });
  const definition = {
    StartAt: "Charge",
    States: {
      Charge: {
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke",
        Parameters: { FunctionName: "charge", Payload: {} },
        End: true,
      },
    },
  };
  const machine = stateMachine({
    name: "orders",
    definition: traceStateMachine(definition).definition,
    functions: { charge: invoke },
  });
  const machines = await startStepFunctions({ machines: [machine] });
  const api = await startHttpApi({ routes: ["$default"], invoke: (event) => invoke(event) });
  closing.push(...[endpoint, schedules, machines, api].map((server) => () => server.close()));
  return {
    lambda: traced(new Lambda(local(endpoint.url))),
    scheduler: traced(new Scheduler(local(schedules.url))),
    sfn: traced(new SFN(local(machines.url))),
    stateMachineArn: machine.arn,
    Arn: "arn:aws:lambda:us-east-1:123456789012:function:remind",
    RoleArn: "arn:aws:iam::123456789012:role/scheduler",
    api: api.url,
    otherHttp: { post },
  };
}

/** An HTTP client of its own, which Node knows as a socket only. */
async function post(url: string, { headers, body }: { readonly headers: object; readonly body: string }) {
  const { host, hostname, port, pathname } = new URL(url);
  const fields = { host, connection: "close", "content-length": Buffer.byteLength(body), ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(Number(port), hostname);
  socket.write(`POST ${pathname} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
  await once(socket.resume(), "close");
}

async function writing(): Promise<Scope> {
  const { traced } = throughline;
  const aws = await startFauxqs({ port: 0, logger: false });
  const dynalite = require("dynalite") as (options: object) => Server;
  const tables = dynalite({ createTableMs: 0 }).listen(0, "127.0.0.1");
  await once(tables, "listening");
  const s3 = new S3({ ...local(`http://127.0.0.1:${aws.port}`), forcePathStyle: true });
  const dynamodb = new DynamoDB(local(urlOf(tables)));
  const [Bucket, TableName] = ["orders", "orders"];
  await s3.createBucket({ Bucket });
  await dynamodb.createTable({
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  });
  while ((await dynamodb.describeTable({ TableName })).Table?.TableStatus !== "ACTIVE");
  const bucket = await startBucketNotifications({ s3, bucket: Bucket, invoke, interval: never });
  const stream = await startTableStream({ dynamodb, tableName: TableName, invoke, interval: never });
  looks = [...looks, () => bucket.look(), () => stream.look()];
  closing.push(
    () => aws.stop(),
    () => stop(tables),
    () => bucket.stop(),
    () => stream.stop(),
  );
  return {
    Bucket,
    s3: traced(new S3({ ...local(`http://127.0.0.1:${aws.port}`), forcePathStyle: true })),
    dynamodb: traced(new DynamoDB(local(urlOf(tables))), { tableKeys: { orders: ["id"] } }),
  };
}

/** What is not sent by one of the SDK's clients. */
function others(): Scope {
  interface Sent {
    readonly topic: string;
    readonly messages: readonly { readonly value: string; readonly headers: Record<string, string> }[];
  }
  const send = ({ topic, messages }: Sent) =>
    invoke({
      eventSource: "aws:kafka",
      records: {
        [`${topic}-0`]: messages.map(({ value, headers }, offset) => ({
          ...{ topic, partition: 0, offset, value: Buffer.from(value).toString("base64") },
          // A list of one-key objects, values as numbers of bytes.
          headers: Object.entries(headers).map(([name, text]) => ({ [name]: [...Buffer.from(text)] })),
        })),
      },
    });
  return { producer: { send } };
}

/** The trigger of what each snippet starts, how many messages come, and whether the send's span or its caller's is continued. */
const expected: Record<string, { trigger: string; messages?: number; by?: "caller" | "pointer" }> = {
  "Producers: hand the trace on": { trigger: "sqs" },
  "SQS, a batch": { trigger: "sqs", messages: 2 },
  SNS: { trigger: "sqs" },
  EventBridge: { trigger: "eventbridge" },
  Kinesis: { trigger: "kinesis" },
  "MQTT 5, by AWS IoT": { trigger: "iot" },
  "MQTT 5, by an MQTT client": { trigger: "iot", by: "caller" },
  "MQTT 3.1.1": { trigger: "lambda", by: "caller" },
  Kafka: { trigger: "kafka", by: "caller" },
  "Lambda, waiting for the result": { trigger: "lambda" },
  "Lambda, not waiting": { trigger: "lambda" },
  "Step Functions": { trigger: "step-functions" },
  Scheduler: { trigger: "lambda" },
  S3: { trigger: "s3", by: "pointer" },
  DynamoDB: { trigger: "dynamodb", by: "pointer" },
  SQS: { trigger: "sqs", by: "caller" },
  "AWS SDK v2": { trigger: "sqs", by: "caller" },
  "A JSON payload": { trigger: "sqs", by: "caller" },
};

test.each(snippets.filter(([heading]) => heading !== "HTTP"))("%s", async (heading, code) => {
  const { trigger, messages: count = 1, by } = expected[heading] ?? {};
  const { send, caller, resolutions } = await play(code, count);
  expect(new Set(resolutions.map((one) => one.trigger.name))).toEqual(new Set([trigger]));
  const messages = resolutions.flatMap((one) => one.messages);
  if (by === "pointer") {
    const written = send?.links.map(({ attributes }) => attributes?.["ptr.hash"]);
    expect(written).toEqual([expect.any(String)]);
    expect(messages.flatMap(({ pointers }) => pointers.map(({ hash }) => hash))).toEqual(written);
    return;
  }
  const found =
    count > 1 ? messages.map(({ context }) => context) : resolutions.map(({ parentage }) => parentage.parent);
  expect(found).toHaveLength(count);
  for (const context of found) expect(context).toMatchObject(idsOf(by === "caller" ? caller : send));
});

test("HTTP", async () => {
  const [, code = ""] = snippets.find(([heading]) => heading === "HTTP") ?? [];
  const { send, caller, resolutions } = await play(code, 2);
  const [own, byHand] = resolutions.map(({ parentage }) => parentage.parent);
  expect(own).toMatchObject(idsOf(send));
  expect(byHand).toMatchObject(idsOf(caller));
});

test("every snippet of the page is run", () => {
  const blocks = page.match(/^```ts$/gm) ?? [];
  expect(snippets).toHaveLength(blocks.length);
  expect([...snippets.map(([heading]) => heading)].toSorted()).toEqual(
    [...Object.keys(expected), "HTTP"].toSorted(),
  );
});

test("what the page imports is there", async () => {
  const imports = [...page.matchAll(/^import \{ (.*) \} from "(.*)";$/gm)];
  expect(imports.map(([, , from]) => from)).toEqual(["@aws-sdk/client-sqs", "@throughline/middy"]);
  for (const name of imports.flatMap(([, names = ""]) => names.split(", ")))
    expect(scope).toHaveProperty(name);
});

/** Runs a snippet in a span, until as many messages have come; gives the spans, and what is made of each event. */
async function play(code: string, messages: number) {
  takeSpans();
  invocations = [];
  const body = code.replaceAll(/^import .*$/gm, "");
  // What it says, but does not make itself.
  const words = new Set(body.match(/\w+/g));
  const given = Object.entries(scope).filter(
    ([name]) => words.has(name) && !body.includes(`const ${name} =`),
  );
  const run = new AsyncFunction(...given.map(([name]) => name), body);
  await inSpan("work", () => run(...given.map(([, value]) => value)));
  const resolved = () =>
    invocations.map(({ event, delivery }) =>
      resolve(event, { clientContext: delivery?.clientContext }, { xRayTraceId: delivery?.traceHeader }),
    );
  await expect
    .poll(
      async () => {
        await Promise.all(looks.map((look) => look()));
        return resolved().flatMap((one) => one.messages).length;
      },
      { timeout: 20_000 },
    )
    .toBe(messages);
  const spans = takeSpans();
  const caller = spans.find(({ name }) => name === "work");
  const isSend = ({ name, parentSpanContext }: ReadableSpan) =>
    name !== "work" && parentSpanContext?.spanId === idsOf(caller).spanId;
  return { caller, send: spans.find(isSend), resolutions: resolved() };
}

const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<void>;

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
