import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import {
  InvokeCommand,
  type InvokeCommandInput,
  InvokeWithResponseStreamCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { datadog, inject, w3c, xray } from "@throughline/propagation";
import { type Delivery, type LambdaEndpoint, startLambdaEndpoint } from "@throughline/testing";
import { resolve } from "@throughline/triggers";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { shortages, traced } from "../../../src/index.ts";
import { frozen } from "../frozen.ts";
import { idsOf, inSpan, local, recordSpans, takeSpans } from "../spans.ts";

let endpoint: LambdaEndpoint;
let plain: LambdaClient;
let client: LambdaClient;
let enveloping: LambdaClient;
// What it adds has always the same length; Datadog's ids are decimal.
let sized: LambdaClient;
let calls: { event: unknown; delivery: Delivery }[] = [];

beforeAll(async () => {
  recordSpans();
  endpoint = await startLambdaEndpoint({
    functions: {
      charge: async (event, delivery) => {
        calls.push({ event, delivery });
        return "done";
      },
      fail: async () => {
        throw new Error("sold out");
      },
    },
  });
  plain = new LambdaClient(local(endpoint.url));
  client = traced(new LambdaClient(local(endpoint.url)));
  enveloping = traced(new LambdaClient(local(endpoint.url)), { envelopes: { lambda: true } });
  sized = traced(new LambdaClient(local(endpoint.url)), {
    envelopes: { lambda: true },
    formats: [w3c, xray],
  });
});
beforeEach(() => {
  calls = [];
  takeSpans();
});
afterAll(async () => {
  for (const one of [plain, client, enveloping, sized]) one.destroy();
  await endpoint.close();
});

type Input = { readonly [Key in keyof InvokeCommandInput]?: InvokeCommandInput[Key] | undefined };

/** The send's span, and what the function makes of what came of it. */
async function invoke(input: Input, by: LambdaClient = client) {
  const command = frozen({ FunctionName: "charge", ...input }) as InvokeCommandInput;
  const before = JSON.stringify(command);
  await inSpan("work", () => by.send(new InvokeCommand(command)));
  await endpoint.idle();
  expect(JSON.stringify(command)).toBe(before);
  const [span] = takeSpans();
  const [call] = calls.splice(0);
  const clientContext = call?.delivery.clientContext as { custom?: Record<string, string> } | undefined;
  const runtime = { xRayTraceId: call?.delivery.traceHeader };
  return {
    span: span as ReadableSpan,
    event: call?.event,
    clientContext,
    header: call?.delivery.traceHeader,
    resolution: resolve(call?.event, { clientContext }, runtime),
  };
}

const toClientContext = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64");
test("a synchronous invocation's client context continues the span that sent it", async () => {
  const { span, resolution, clientContext, event, header } = await invoke({ Payload: '{"order":7}' });
  expect(resolution.parentage.parent).toMatchObject({ ...idsOf(span), sampled: true });
  expect(resolution.looked.find(({ context }) => context)?.at).toBe("clientContext.custom");
  expect(event).toEqual({ order: 7 });
  // Java's and Go's runtimes take texts only.
  expect(Object.values(clientContext?.custom ?? {}).every((value) => typeof value === "string")).toBe(true);
  expect(clientContext?.custom).toMatchObject({
    traceparent: `00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`,
    "x-datadog-sampling-priority": "1",
  });
  expect(header).toContain(`Parent=${span.spanContext().spanId};Sampled=1`);
});

test("the span says what was invoked", async () => {
  const { span } = await invoke({ FunctionName: "charge:live" });
  expect(span).toMatchObject({
    name: "Lambda.Invoke",
    kind: SpanKind.CLIENT,
    attributes: {
      "rpc.system.name": "aws-api",
      "rpc.method": "Lambda/Invoke",
      "faas.invoked_name": "charge",
      "faas.invoked_provider": "aws",
      "cloud.region": "us-east-1",
      "http.response.status_code": 200,
    },
  });
});

test.each([
  ["charge", "charge", undefined],
  ["charge:7", "charge", undefined],
  ["123456789012:function:charge", "charge", undefined],
  ["arn:aws:lambda:us-east-1:123456789012:function:charge", "charge", "us-east-1"],
  ["arn:aws:lambda:us-east-1:123456789012:function:charge:$LATEST", "charge", "us-east-1"],
])("%s names the function %s", async (FunctionName, name, region) => {
  const { attributes } = (await invoke({ FunctionName })).span;
  expect([attributes["faas.invoked_name"], attributes["faas.invoked_region"]]).toEqual([name, region]);
});

test("the user's own client context stays beside ours, its numbers as they were spelled", async () => {
  const own =
    '{"client":{"installation_id":12345678901234567890},"custom":{"tenant":"a"},"env":{"locale":"de"}}';
  let sent = "";
  const spy = traced(new LambdaClient(local(endpoint.url)));
  spy.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      sent = Buffer.from(headers["x-amz-client-context"] ?? "", "base64").toString();
      return next(args);
    },
    { step: "finalizeRequest" },
  );
  const { span, clientContext, resolution } = await invoke({ ClientContext: toClientContext(own) }, spy);
  spy.destroy();
  expect(clientContext).toMatchObject({ custom: { tenant: "a" }, env: { locale: "de" } });
  expect(sent).toContain('"installation_id":12345678901234567890');
  expect(resolution.parentage.parent).toMatchObject(idsOf(span));
});

test("a client context of at most 3,583 characters carries all of it, a longer one what fits", async () => {
  const { clientContext: alone } = await invoke({}, sized);
  const added = JSON.stringify(alone?.custom).length;
  // Base64 takes three bytes at a time: 2,685 of them are 3,580 characters, one more is 3,584.
  const keysAt = async (bytes: number) => {
    const fill = "x".repeat(bytes - `{"custom":{"fill":"",`.length - added);
    const sent = await invoke({ ClientContext: toClientContext({ custom: { fill } }) }, sized);
    expect(sent.resolution.parentage.parent).toMatchObject(idsOf(sent.span));
    return Object.keys(sent.clientContext?.custom ?? {});
  };
  const { reduced } = shortages();
  expect(await keysAt(2685)).toEqual(["fill", "traceparent", "x-amzn-trace-id"]);
  expect(await keysAt(2686)).toEqual(["fill", "traceparent"]);
  expect(shortages().reduced).toBe(reduced + 1);
});

test("one that has no room for anything goes as it came, and the header names the trace", async () => {
  const ClientContext = toClientContext({ custom: { fill: "x".repeat(2660) } });
  const { span, clientContext, resolution } = await invoke({ ClientContext });
  expect(Object.keys(clientContext?.custom ?? {})).toEqual(["fill"]);
  expect(resolution.parentage.parent).toMatchObject(idsOf(span));
});

test.each([
  ["a list", "[]"],
  ["a text", '"text"'],
  ["no JSON", "{"],
  ["texts for custom", '{"custom":"text"}'],
  ["a number for custom", '{"custom":5}'],
])("a client context that is %s is left to Lambda", async (_, text) => {
  const ClientContext = toClientContext(text);
  let sent: unknown;
  const spy = traced(new LambdaClient(local(endpoint.url)));
  spy.middlewareStack.add(
    (next) => (args) => {
      sent = (args.request as { headers: Record<string, string> }).headers["x-amz-client-context"];
      return next(args);
    },
    { step: "finalizeRequest" },
  );
  await spy.send(new InvokeCommand({ FunctionName: "charge", ClientContext })).catch(() => undefined);
  spy.destroy();
  expect(sent).toBe(ClientContext);
});

test("a client context with another trace in it keeps that; the send is linked to it", async () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const { span, clientContext } = await invoke({
    ClientContext: toClientContext({ custom: { traceparent } }),
  });
  expect(clientContext).toEqual({ custom: { traceparent } });
  expect(span.links.map(({ context }) => context.spanId)).toEqual(["00f067aa0ba902b7"]);
});

test.each(["custom", "Custom"])(
  "what a Datadog-instrumented caller puts under %s is read the same",
  async (key) => {
    const context = {
      traceId: "0123456789abcdef00f067aa0ba902b7",
      spanId: "00f067aa0ba902b7",
      sampled: true,
    };
    const ClientContext = toClientContext({ [key]: inject(context, [datadog]) });
    await plain.send(new InvokeCommand({ FunctionName: "charge", ClientContext }));
    const [{ event, delivery }] = calls as [(typeof calls)[0]];
    expect(resolve(event, { clientContext: delivery.clientContext }).parentage.parent).toMatchObject(context);
  },
);

test("an asynchronous invocation is continued by the header, its payload unchanged", async () => {
  const { span, event, clientContext, resolution } = await invoke({
    InvocationType: "Event",
    Payload: '{"order":7}',
  });
  expect([event, clientContext]).toEqual([{ order: 7 }, undefined]);
  expect(resolution.parentage.parent).toMatchObject(idsOf(span));
});

const bytes = (text: string) => new TextEncoder().encode(text);

test.each([
  ["a text", '{"order":7}', { order: 7 }],
  ["bytes", bytes('{"order":7}'), { order: 7 }],
  ["a Buffer", Buffer.from('{"order":"é"}'), { order: "é" }],
  ["nothing", undefined, {}],
])("by option the payload carries it too, given as %s", async (_, Payload, order) => {
  const { span, event } = await invoke({ InvocationType: "Event", Payload }, enveloping);
  expect(event).toEqual({ ...order, _datadog: expect.objectContaining({ traceparent: expect.any(String) }) });
  // Without what the runtime says.
  expect(resolve(event, undefined).parentage.parent).toMatchObject(idsOf(span));
});

test.each([
  ["a list", "[1]", [1]],
  ["a text", '"text"', "text"],
  ["bytes of a number", bytes("7"), 7],
])("a payload that is %s stays as it is", async (_, Payload, expected) => {
  const { event } = await invoke({ InvocationType: "Event", Payload }, enveloping);
  expect(event).toEqual(expected);
});

test("what an option allows asynchronous payloads is not for synchronous ones", async () => {
  expect((await invoke({ Payload: "{}" }, enveloping)).event).toEqual({});
});

test("an asynchronous payload carries what fits into 1 MiB", async () => {
  const { event: empty } = await invoke({ InvocationType: "Event", Payload: '{"a":""}' }, sized);
  const added = JSON.stringify(empty).length;
  const keysAt = async (bytes: number) => {
    const Payload = JSON.stringify({ a: "x".repeat(bytes) });
    const { event } = await invoke({ InvocationType: "Event", Payload }, sized);
    return Object.keys((event as { _datadog?: object })._datadog ?? {});
  };
  expect(await keysAt(1_048_576 - added)).toEqual(["traceparent", "x-amzn-trace-id"]);
  expect(await keysAt(1_048_576 - added + 1)).toEqual(["traceparent"]);
  expect(await keysAt(1_048_576 - '{"a":""}'.length)).toEqual([]);
});

test("a named durable execution's payload stays: Lambda compares it with that of the same name", async () => {
  const input = { InvocationType: "Event", DurableExecutionName: "order-7", Payload: "{}" } as const;
  expect((await invoke(input, enveloping)).event).toEqual({});
});

test("a dry run carries nothing", async () => {
  const headers = await headersOf((one) =>
    one.send(new InvokeCommand({ FunctionName: "charge", InvocationType: "DryRun" })),
  );
  expect(headers).not.toHaveProperty("x-amz-client-context");
});

test("an invocation with a response stream carries it as a synchronous one does", async () => {
  const headers = await headersOf((one) =>
    one.send(new InvokeWithResponseStreamCommand({ FunctionName: "charge" })),
  );
  const [span] = takeSpans();
  const clientContext = JSON.parse(Buffer.from(String(headers["x-amz-client-context"]), "base64").toString());
  expect(span?.name).toBe("Lambda.InvokeWithResponseStream");
  expect(resolve({}, { clientContext }).parentage.parent).toMatchObject(idsOf(span as ReadableSpan));
});

/** The headers of a request, which any service answers with an empty stream. */
async function headersOf(send: (client: LambdaClient) => Promise<unknown>): Promise<IncomingHttpHeaders> {
  let headers: IncomingHttpHeaders = {};
  const server = createServer((request, response) => {
    headers = request.headers;
    response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" }).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const one = traced(new LambdaClient(local(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)));
  await inSpan("work", () => send(one));
  one.destroy();
  server.close();
  return headers;
}

test("whatever client context and payload there are, they arrive as without us", async () => {
  const json = fc.json({ depthSize: "small" });
  const input = fc.record({
    InvocationType: fc.constantFrom("RequestResponse", "Event"),
    ClientContext: fc.option(
      fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.record({ custom: fc.jsonValue() })),
      {
        nil: undefined,
      },
    ),
    Payload: fc.option(fc.oneof(json, json.map(bytes)), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(input, async ({ InvocationType, ClientContext, Payload }) => {
      const command = frozen({
        FunctionName: "charge",
        InvocationType: InvocationType as "Event",
        Payload,
        ClientContext: ClientContext && toClientContext(ClientContext),
      }) as InvokeCommandInput;
      const outcome = async (by: LambdaClient) => {
        await by.send(new InvokeCommand(command)).catch((error: Error) => error.name);
        await endpoint.idle();
        return calls.splice(0).map(({ event, delivery }) => [event, withoutContext(delivery.clientContext)]);
      };
      expect(await outcome(client)).toEqual(await outcome(plain));
    }),
    { numRuns: 60 },
  );
});

const OURS = /^(?:traceparent|tracestate|x-datadog-.*|x-amzn-trace-id)$/;

/** A client context that holds nothing is as good as none. */
function withoutContext(clientContext: unknown): unknown {
  const { custom, ...rest } = (clientContext ?? {}) as { custom?: unknown };
  if (typeof custom !== "object" || custom === null) return { ...rest, custom: custom ?? undefined };
  const own = Object.entries(custom).filter(([key]) => !OURS.test(key));
  return { ...rest, custom: own.length > 0 ? Object.fromEntries(own) : undefined };
}

test("a function that threw is its caller's failed call", async () => {
  const { span } = await invoke({ FunctionName: "fail" });
  expect(span.status.code).toBe(SpanStatusCode.ERROR);
  expect(span.attributes).toMatchObject({ "error.type": "Unhandled", "http.response.status_code": 200 });
  expect((await invoke({})).span.status.code).toBe(SpanStatusCode.UNSET);
});
