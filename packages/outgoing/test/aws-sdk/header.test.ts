import { EventBridgeClient, ListEventBusesCommand } from "@aws-sdk/client-eventbridge";
import { KinesisClient, ListStreamsCommand } from "@aws-sdk/client-kinesis";
import { ListQueuesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import { toContext } from "@throughline/otel";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { traced } from "../../src/index.ts";
import { type Answer, type Endpoint, startEndpoint } from "./endpoint.ts";
import { idsOf, local, recordSpans, takeSpans } from "./spans.ts";

const RUNTIME = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
recordSpans();
let answers: Answer[] = [];
let endpoint: Endpoint;

beforeAll(async () => {
  endpoint = await startEndpoint(() => answers.shift() ?? {});
});
afterAll(() => endpoint.close());
afterEach(() => {
  vi.unstubAllEnvs();
  answers = [];
  endpoint.take();
  takeSpans();
});

const clientOf = (overrides: object = {}) => traced(new SQSClient({ ...local(endpoint.url), ...overrides }));
const list = (client = clientOf()) => client.send(new ListQueuesCommand());
const liveHeader = () => {
  const { traceId, spanId } = idsOf(takeSpans()[0]);
  return `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=1`;
};

test("every request carries the live span in X-Ray's header, and none of W3C's", async () => {
  await list();
  const [request] = endpoint.take();
  expect(request?.headers["x-amzn-trace-id"]).toBe(liveHeader());
  expect(request?.headers).not.toHaveProperty("traceparent");
  expect(request?.headers).not.toHaveProperty("tracestate");
  expect(request?.headers).not.toHaveProperty("baggage");
});

test("what the runtime's header says beyond the ids is handed on", async () => {
  const parent = {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    sampled: true,
    xrayFields: "Lineage=1:a87bd80c:0",
  };
  await context.with(toContext(ROOT_CONTEXT, parent), () => list());
  const [request] = endpoint.take();
  const [span] = takeSpans();
  expect(request?.headers["x-amzn-trace-id"]).toBe(
    `Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=${idsOf(span).spanId};Sampled=1;Lineage=1:a87bd80c:0`,
  );
});

test("no signature covers it: a service between may change it", async () => {
  for (const client of [clientOf(), traced(new EventBridgeClient(local(endpoint.url)))] as const) {
    if (client instanceof EventBridgeClient) await client.send(new ListEventBusesCommand());
    else await list(client);
  }
  for (const { headers } of endpoint.take()) {
    const [, signed = ""] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? "") ?? [];
    expect(headers["x-amzn-trace-id"]).toMatch(/^Root=/);
    expect(signed.split(";")).toEqual(expect.arrayContaining(["host", "x-amz-date"]));
    expect(signed.split(";")).not.toContain("x-amzn-trace-id");
  }
});

test("it is in every attempt of a request, which have one span", async () => {
  answers = [
    { refusal: "ServiceUnavailable", status: 503 },
    { refusal: "ServiceUnavailable", status: 503 },
    { QueueUrls: [] },
  ];
  await list(clientOf({ maxAttempts: 3 }));
  const all = endpoint.take().map(({ headers }) => headers["x-amzn-trace-id"]);
  expect(all).toHaveLength(3);
  expect(new Set(all)).toEqual(new Set([liveHeader()]));
  expect(takeSpans()).toEqual([]);
});

test.each(["X-Amzn-Trace-Id", "x-amzn-trace-id"])("a user's own %s is kept", async (name) => {
  for (const step of ["serialize", "build"] as const) {
    const client = clientOf();
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = (args as { request?: { headers: Record<string, string> } }).request ?? {};
        if (headers) {
          for (const other of Object.keys(headers))
            if (other.toLowerCase() === name.toLowerCase()) delete headers[other];
          headers[name] = "Root=1-a-b";
        }
        return next(args as never);
      },
      { step: step as "build" },
    );
    await list(client);
    expect(endpoint.take()[0]?.headers["x-amzn-trace-id"]).toBe("Root=1-a-b");
  }
});

describe("in Lambda", () => {
  test("ours is sent, not what the environment had at the start", async () => {
    vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "checkout");
    vi.stubEnv("_X_AMZN_TRACE_ID", RUNTIME);
    const plain = new SQSClient(local(endpoint.url));
    await list(plain);
    expect(endpoint.take()[0]?.headers["x-amzn-trace-id"]).toBe(RUNTIME);
    await list();
    expect(endpoint.take()[0]?.headers["x-amzn-trace-id"]).toBe(liveHeader());
  });
});

test("sends of a client that caches its handlers each have their own", async () => {
  const { url } = endpoint;
  const client = traced(new SQSClient({ ...local(url), md5: false, cacheMiddleware: true } as never));
  const send = (MessageBody: string) => client.send(new SendMessageCommand({ QueueUrl: "q", MessageBody }));
  await Promise.all(["a", "b", "c"].map(send));
  for (const { headers, body } of endpoint.take())
    expect(headers["x-amzn-trace-id"]).toBe(
      (body as unknown as Sent).MessageSystemAttributes.AWSTraceHeader.StringValue,
    );
  for (const { attributes } of takeSpans()) expect(attributes).toHaveProperty("server.address");
  await context.with(suppressTracing(context.active()), () => send("d"));
  expect(endpoint.take()[0]?.headers).not.toHaveProperty("x-amzn-trace-id");
});

interface Sent {
  readonly MessageSystemAttributes: { readonly AWSTraceHeader: { readonly StringValue: string } };
}

test("headers that cannot be added to are sent as they are", async () => {
  const client = clientOf();
  const freeze = (next: (args: never) => unknown) => (args: { request: { headers: object } }) => {
    const request = Object.assign(Object.create(args.request), { headers: Object.freeze({}) });
    return next({ ...args, request } as never);
  };
  client.middlewareStack.addRelativeTo(freeze as never, {
    relation: "before",
    toMiddleware: "throughlineHeader",
  });
  const answer = (async () => ({ output: { sent: true } })) as never;
  client.middlewareStack.addRelativeTo(() => answer, {
    relation: "after",
    toMiddleware: "throughlineHeader",
  });
  await expect(list(client)).resolves.toEqual({ sent: true });
});

test("over HTTP/2 as well", async () => {
  // Kinesis's client speaks it; nothing here answers it, but a session is opened with the header in place.
  const kinesis = traced(new KinesisClient(local(endpoint.url)));
  const headers: Record<string, string>[] = [];
  kinesis.middlewareStack.add(
    (next) => (args) => {
      headers.push((args.request as { headers: Record<string, string> }).headers);
      return next(args);
    },
    { step: "finalizeRequest", priority: "low" },
  );
  await kinesis.send(new ListStreamsCommand()).catch(() => undefined);
  expect(headers[0]?.["X-Amzn-Trace-Id"]).toBe(liveHeader());
  kinesis.destroy();
});
