import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { SpanKind } from "@opentelemetry/api";
import { type EventBus, startEventBus } from "@throughline/testing";
import { resolve } from "@throughline/triggers";
import type { EventBridgeEvent } from "aws-lambda";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { traced } from "../../../src/index.ts";
import { idsOf, local, recordSpans, takeSpans } from "../spans.ts";

recordSpans();
const delivered: { event: EventBridgeEvent<string, object>; traceHeader: string | undefined }[] = [];
let bus: EventBus;
let client: EventBridgeClient;

beforeAll(async () => {
  const keep = async (event: EventBridgeEvent<string, object>, { traceHeader }: { traceHeader?: unknown }) =>
    void delivered.push({ event, traceHeader: traceHeader as string | undefined });
  bus = await startEventBus({ targets: [keep] });
  client = traced(new EventBridgeClient(local(bus.url)));
});
afterAll(async () => {
  client.destroy();
  await bus.close();
});
beforeEach(() => {
  delivered.length = 0;
});

const put = async (...entries: PutEventsRequestEntry[]) => {
  const Entries = entries.map((entry) => ({ Source: "shop", DetailType: "Placed", Detail: "{}", ...entry }));
  const answer = await client.send(new PutEventsCommand({ Entries }));
  await bus.idle();
  return answer;
};

test("every event has the send's span for its parent", async () => {
  await put({ Detail: '{"id":12345678901234567890}' }, { Detail: '{"n":2}', EventBusName: "default" });
  const [span] = takeSpans();
  expect(delivered.map(({ event }) => resolve(event, undefined, {}).parentage)).toMatchObject([
    { parent: idsOf(span), links: [] },
    { parent: idsOf(span), links: [] },
  ]);
  expect(span).toMatchObject({
    name: "send default",
    kind: SpanKind.PRODUCER,
    attributes: {
      "rpc.method": "EventBridge/PutEvents",
      "messaging.system.name": "aws.eventbridge",
      "messaging.destination.name": "default",
      "messaging.batch.message_count": 2,
    },
  });
});

test("events to several buses name none", async () => {
  await put({}, { EventBusName: "arn:aws:events:us-east-1:123456789012:event-bus/orders" });
  expect(takeSpans()[0]).toMatchObject({ name: "send" });
});

test("X-Ray's header goes beside the event, unless the user set one", async () => {
  await put({}, { TraceHeader: "Root=1-a-b" });
  const [span] = takeSpans();
  const { traceId, spanId } = idsOf(span);
  expect(delivered.map(({ traceHeader }) => traceHeader)).toEqual([
    `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=1`,
    "Root=1-a-b",
  ]);
});

test("an event that carries another trace keeps it, and the send is linked to it", async () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const _datadog = {
    "x-datadog-trace-id": "11803532876627986230",
    "x-datadog-parent-id": "67667974448284343",
    "x-datadog-sampling-priority": "1",
  };
  await put({ Detail: JSON.stringify({ traceparent }) }, { Detail: JSON.stringify({ _datadog }) });
  expect(delivered.map(({ event }) => event.detail)).toEqual([{ traceparent }, { _datadog }]);
  expect(takeSpans()[0]?.links).toMatchObject([
    { context: { traceId: traceparent.slice(3, 35) } },
    { context: { spanId: "00f067aa0ba902b7" } },
  ]);
});

test("the payload may be left alone: then X-Ray's header goes only", async () => {
  const other = traced(new EventBridgeClient(local(bus.url)), {
    envelopes: { eventbridge: false },
  });
  const Entries = [{ Source: "shop", DetailType: "Placed", Detail: '{"n":1}' }];
  await other.send(new PutEventsCommand({ Entries }));
  await bus.idle();
  expect(delivered).toMatchObject([{ event: { detail: { n: 1 } }, traceHeader: expect.any(String) }]);
  other.destroy();
});

test("what the bus refuses is refused as ever", async () => {
  const { FailedEntryCount, Entries } = await put({ Detail: "no JSON" }, { Detail: "[]" }, {});
  expect(FailedEntryCount).toBe(2);
  expect(Entries).toMatchObject([
    { ErrorCode: "MalformedDetail" },
    { ErrorCode: "MalformedDetail" },
    { EventId: expect.any(String) },
  ]);
  await expect(client.send(new PutEventsCommand({ Entries: [] }))).rejects.toMatchObject({
    name: "ValidationException",
  });
});
