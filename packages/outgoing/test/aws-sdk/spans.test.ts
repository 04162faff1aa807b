import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  ListQueuesCommand,
  paginateListQueues,
  SendMessageCommand,
  SQS,
  SQSClient,
  type SQSServiceException,
} from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import { AlwaysOffSampler } from "@opentelemetry/sdk-trace";
import { toContext } from "@throughline/otel";
import { b3, w3c } from "@throughline/propagation";
import { startServer } from "@throughline/testing";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { clientPlugin, traced, traceHttp } from "../../src/index.ts";
import { type Answer, type Endpoint, startEndpoint } from "./endpoint.ts";
import { idsOf, inSpan, local, recordSpans, takeSpans } from "./spans.ts";

const QueueUrl = "https://sqs.us-east-1.amazonaws.com/123456789012/orders";
recordSpans();
let answers: Answer[] = [];
let endpoint: Endpoint;

beforeAll(async () => {
  endpoint = await startEndpoint(() => answers.shift() ?? {});
});
afterAll(() => endpoint.close());
afterEach(() => {
  answers = [];
  endpoint.take();
  takeSpans();
});

const plainClient = () => new SQSClient({ ...local(endpoint.url), md5: false });
const message = () => new SendMessageCommand({ QueueUrl, MessageBody: "hello" });
const attributesSent = () =>
  endpoint.take().map(({ body }) => Object.keys((body.MessageAttributes ?? {}) as object));

describe("a call", () => {
  test("is a child of the active span, and has none beside it when it runs at the same time", async () => {
    const client = traced(plainClient());
    const parents = await Promise.all(
      ["one", "two"].map(() =>
        inSpan("work", async (span) => {
          await client.send(message());
          return span.spanContext();
        }),
      ),
    );
    const all = takeSpans();
    for (const { traceId, spanId } of parents) {
      const [span, ...more] = all.filter((one) => one.parentSpanContext?.spanId === spanId);
      expect(span?.spanContext().traceId).toBe(traceId);
      expect(more).toEqual([]);
    }
    const sent = endpoint.take().map(({ body }) => JSON.stringify(body.MessageAttributes));
    for (const span of all.filter(({ kind }) => kind === SpanKind.PRODUCER))
      expect(sent.filter((one) => one.includes(idsOf(span).spanId))).toHaveLength(1);
  });

  test("that no service of ours names is named by what it is", async () => {
    await traced(plainClient()).send(new ListQueuesCommand());
    expect(takeSpans()).toMatchObject([
      {
        name: "SQS.ListQueues",
        attributes: {
          "rpc.system.name": "aws-api",
          "rpc.method": "SQS/ListQueues",
          "aws.request_id": "r-1",
          "http.response.status_code": 200,
        },
      },
    ]);
  });

  test("that fails has the error on its span, and fails as ever", async () => {
    answers = [{ refusal: "com.amazonaws.sqs#QueueDoesNotExist" }];
    const failure = await traced(plainClient())
      .send(message())
      .catch((error: SQSServiceException) => error);
    expect(failure).toMatchObject({ name: "QueueDoesNotExist", message: "refused" });
    expect(takeSpans()).toMatchObject([
      {
        status: { code: SpanStatusCode.ERROR, message: "refused" },
        attributes: {
          "error.type": "QueueDoesNotExist",
          "aws.request_id": "r-1",
          "http.response.status_code": 400,
        },
      },
    ]);
  });

  test("that the SDK itself does not send has one too", async () => {
    const client = traced(
      new SQSClient({ ...local(endpoint.url), credentials: () => Promise.reject(new Error("none")) }),
    );
    await expect(client.send(message())).rejects.toThrow("none");
    expect(takeSpans()).toMatchObject([{ status: { code: SpanStatusCode.ERROR, message: "none" } }]);
  });

  test("that is aborted ends its span", async () => {
    const abortSignal = AbortSignal.abort();
    await expect(traced(plainClient()).send(message(), { abortSignal })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(takeSpans()).toMatchObject([{ attributes: { "error.type": "AbortError" } }]);
    expect(endpoint.take()).toEqual([]);
  });

  test("with a callback calls it", async () => {
    answers = [{ MessageId: "m-1" }];
    const output = await new Promise((resolve, reject) => {
      traced(plainClient()).send(message(), (error, data) => (error ? reject(error) : resolve(data)));
    });
    expect(output).toMatchObject({ MessageId: "m-1" });
    expect(takeSpans()).toHaveLength(1);
  });

  test("of the aggregated client is the same", async () => {
    const sqs = traced(new SQS({ ...local(endpoint.url), md5: false }));
    await sqs.sendMessage({ QueueUrl, MessageBody: "hello" });
    expect(takeSpans()).toMatchObject([
      { name: "send orders", attributes: { "rpc.method": "SQS/SendMessage" } },
    ]);
    expect(attributesSent()).toEqual([["traceparent", "_datadog"]]);
  });
});

test("each page is a call", async () => {
  answers = [{ QueueUrls: ["1"], NextToken: "more" }, { QueueUrls: ["2"] }];
  const pages = [];
  for await (const page of paginateListQueues({ client: traced(plainClient()) }, { MaxResults: 1 }))
    pages.push(page.QueueUrls);
  expect(pages).toEqual([["1"], ["2"]]);
  expect(takeSpans()).toHaveLength(2);
});

test("a document client works as ever, and its table is on the span", async () => {
  const dynamodb = new DynamoDBClient(local(endpoint.url));
  answers = [{}, { Item: { id: { S: "1" }, tags: { SS: ["a"] } } }];
  const documents = DynamoDBDocumentClient.from(traced(dynamodb));
  const Item = { id: "1", tags: new Set(["a"]) };
  await documents.send(new PutCommand({ TableName: "orders", Item }));
  const { Item: read } = await documents.send(new GetCommand({ TableName: "orders", Key: { id: "1" } }));
  expect(read).toEqual(Item);
  expect(endpoint.take()[0]?.body).toMatchObject({ Item: { id: { S: "1" }, tags: { SS: ["a"] } } });
  expect(takeSpans().map(({ name }) => name)).toEqual(["PutItem orders", "GetItem orders"]);
});

test("a call's own requests have no spans; one that is made as its answer is read has", async () => {
  const server = await startServer(async (_, response) => {
    response.writeHead(200).write("begun");
    setTimeout(() => response.end("done"), 20);
  });
  const stop = traceHttp();
  const client = traced(new S3Client({ ...local(server.url), forcePathStyle: true }));
  await inSpan("work", async () => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: "b", Key: "k" }));
    const body = Body as unknown as NodeJS.ReadableStream;
    const read = Promise.withResolvers<string>();
    body.on("data", () => {}).on("end", () => read.resolve(fetch(server.url).then((one) => one.text())));
    await read.promise;
  });
  stop();
  client.destroy();
  await server.close();
  expect(takeSpans().map(({ name }) => name)).toEqual(["S3.GetObject", "GET", "work"]);
});

test("a presigned URL is no request", async () => {
  const client = traced(plainClient());
  const stack = client.middlewareStack.clone();
  const presigned = { hostname: "example.com" };
  const output = { presigned, $metadata: { httpStatusCode: 200 } };
  stack.add((() => async () => ({ response: {}, output })) as never, {
    step: "finalizeRequest",
    priority: "high",
  });
  const presign = message().resolveMiddleware(stack as never, client.config as never, {});
  await presign({ input: message().input } as never);
  const [span] = takeSpans();
  expect(span?.name).toBe("send orders presign");
  expect(span?.attributes).not.toHaveProperty("http.response.status_code");
});

test("a client that is mocked stays so", async () => {
  const client = traced(plainClient());
  const mocked = mockClient(client).on(SendMessageCommand).resolves({ MessageId: "mocked" });
  expect(await client.send(message())).toEqual({ MessageId: "mocked" });
  expect(mocked.commandCalls(SendMessageCommand)[0]?.args[0].input).toEqual({
    QueueUrl,
    MessageBody: "hello",
  });
  expect(endpoint.take()).toEqual([]);
});

describe("traced twice, there is one span", () => {
  test("and the last options hold", async () => {
    const client = traced(traced(plainClient(), { formats: [w3c] }), { formats: [b3] });
    await client.send(message());
    expect(takeSpans()).toHaveLength(1);
    expect(attributesSent()).toEqual([["b3"]]);
  });

  test("also where the second is another copy of the package", async () => {
    const copy = (await import("../../src/aws-sdk/traced.ts?copy" as string)) as { traced: typeof traced };
    expect(copy.traced).not.toBe(traced);
    const client = copy.traced(traced(plainClient()));
    answers = [{ MessageId: "m-1" }];
    await client.send(message());
    expect(takeSpans()).toMatchObject([{ attributes: { "messaging.message.id": "m-1" } }]);
    expect(attributesSent()).toEqual([["traceparent", "_datadog"]]);
  });

  test("also where the second is a command of its own", async () => {
    const command = message();
    command.middlewareStack.use(clientPlugin({ formats: [b3] }) as never);
    await traced(plainClient()).send(command);
    expect(takeSpans()).toHaveLength(1);
    expect(attributesSent()).toEqual([["b3"]]);
  });
});

test("a command alone may be traced, and again after it was sent", async () => {
  const client = plainClient();
  const command = message();
  command.middlewareStack.use(clientPlugin() as never);
  await client.send(message());
  await client.send(command);
  await client.send(command);
  expect(takeSpans()).toHaveLength(2);
  expect(attributesSent()).toEqual([[], ["traceparent", "_datadog"], ["traceparent", "_datadog"]]);
});

test("where tracing is suppressed, nothing is done at all", async () => {
  await context.with(suppressTracing(context.active()), () => traced(plainClient()).send(message()));
  expect(takeSpans()).toEqual([]);
  const [request] = endpoint.take();
  expect(request?.body).toEqual({ QueueUrl, MessageBody: "hello" });
  expect(request?.headers).not.toHaveProperty("x-amzn-trace-id");
});

test("a span that is not sampled is handed on as such", async () => {
  recordSpans({ sampler: new AlwaysOffSampler() });
  await traced(plainClient()).send(message());
  recordSpans();
  const [request] = endpoint.take();
  expect(request?.headers["x-amzn-trace-id"]).toMatch(/;Sampled=0$/);
  expect(JSON.stringify(request?.body)).toMatch(
    /"traceparent":{"DataType":"String","StringValue":"00-\w+-\w+-00"}/,
  );
});

test("baggage travels with the context", async () => {
  const active = propagation.setBaggage(
    context.active(),
    propagation.createBaggage({ user: { value: "42" } }),
  );
  await context.with(active, () => traced(plainClient()).send(message()));
  expect(endpoint.take()[0]?.body.MessageAttributes).toMatchObject({
    baggage: { DataType: "String", StringValue: "user=42" },
  });
});

describe("without a provider", () => {
  const remote = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", sampled: true };
  beforeAll(() => trace.disable());
  afterAll(() => {
    recordSpans();
  });

  test("the parent that came is handed on", async () => {
    await context.with(toContext(ROOT_CONTEXT, remote), () => traced(plainClient()).send(message()));
    const [request] = endpoint.take();
    expect(request?.body.MessageAttributes).toMatchObject({
      traceparent: { StringValue: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" },
    });
    expect(request?.headers["x-amzn-trace-id"]).toBe(
      "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1",
    );
  });

  test("and without a parent nothing is", async () => {
    await traced(plainClient()).send(message());
    const [request] = endpoint.take();
    expect(request?.body).toEqual({ QueueUrl, MessageBody: "hello" });
    expect(request?.headers).not.toHaveProperty("x-amzn-trace-id");
  });
});

describe("somebody's span that throws", () => {
  test.each(["end", "setAttributes", "setAttribute", "addLink", "isRecording"])(
    "at %s does not fail the call",
    async (method) => {
      trace.disable();
      const real = trace.wrapSpanContext({
        traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
        spanId: "00f067aa0ba902b7",
        traceFlags: 1,
      });
      const span = new Proxy(real, {
        get(target, key) {
          if (key === "isRecording" && method !== key) return () => true;
          if (key === method)
            return () => {
              throw new Error("broken");
            };
          const value = Reflect.get(target, key);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
      const tracer = { startSpan: () => span } as never;
      trace.setGlobalTracerProvider({ getTracer: () => tracer });
      answers = [{ MessageId: "m-1" }];
      const MessageAttributes = {
        traceparent: {
          DataType: "String",
          StringValue: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        },
      };
      const command = new SendMessageCommand({ QueueUrl, MessageBody: "hello", MessageAttributes });
      await expect(traced(plainClient()).send(command)).resolves.toMatchObject({ MessageId: "m-1" });
      recordSpans();
    },
  );
});

test.each<[string, () => unknown, RegExp]>([
  ["no client", () => traced({} as never), /new SQSClient\(\)/],
  ["nothing at all", () => traced(undefined as never), /new SQSClient\(\)/],
  ["an unknown option", () => traced(plainClient(), { format: [] } as never), /format.*no such option/],
  ["no options", () => traced(plainClient(), 7 as never), /expected an object/],
  ["an unknown envelope", () => clientPlugin({ envelopes: { sqs: true } as never }), /envelopes: { sqs }/],
  ["an envelope that is no switch", () => clientPlugin({ envelopes: { iot: 1 } as never }), /true or false/],
  ["formats that are none", () => clientPlugin({ formats: ["w3c"] as never }), /formats/],
  ["table keys that are none", () => clientPlugin({ tableKeys: { orders: [] } }), /one or two names/],
  ["pointers that are no switch", () => clientPlugin({ spanPointers: "no" as never }), /true or false/],
])("%s is refused at set-up, with the remedy", (_, set, remedy) => {
  expect(set).toThrow(TypeError);
  expect(set).toThrow(remedy);
});
