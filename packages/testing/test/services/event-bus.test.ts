import {
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import type { EventBridgeEvent } from "aws-lambda";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type EventBus, startEventBus } from "../../src/services/event-bus.ts";

let bus: EventBus;
let client: EventBridgeClient;
let delivered: {
  event: EventBridgeEvent<string, Readonly<Record<string, unknown>>>;
  traceHeader: string | undefined;
}[];

beforeEach(async () => {
  delivered = [];
  bus = await startEventBus({
    targets: [
      async (event, { traceHeader }) => {
        delivered.push({ event, traceHeader });
      },
    ],
  });
  client = clientOf(bus);
});
afterEach(async () => {
  client.destroy();
  await bus.close();
});

const clientOf = ({ url }: EventBus) =>
  new EventBridgeClient({
    endpoint: url,
    region: "eu-west-1",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    maxAttempts: 1,
  });

const ENTRY: PutEventsRequestEntry = { Source: "com.example", DetailType: "Placed", Detail: '{"order":17}' };
const put = (...Entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries }));

test("an entry is the event that a function gets", async () => {
  const Time = new Date("2026-11-20T09:30:15.900Z");
  const { Entries, FailedEntryCount } = await put({
    ...ENTRY,
    Time,
    Resources: ["arn:aws:s3:::b"],
    EventBusName: "b",
  });
  await bus.idle();
  expect(FailedEntryCount).toBe(0);
  expect(delivered.map(({ event }) => event)).toEqual([
    {
      version: "0",
      id: Entries?.[0]?.EventId,
      "detail-type": "Placed",
      source: "com.example",
      account: "123456789012",
      time: "2026-11-20T09:30:15Z",
      region: "eu-west-1",
      resources: ["arn:aws:s3:::b"],
      detail: { order: 17 },
    },
  ]);
});

test("an entry without a time or resources gets now and none", async () => {
  await put(ENTRY);
  await bus.idle();
  expect(delivered[0]?.event).toMatchObject({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    resources: [],
  });
});

test("a trace header goes beside the event, not into it", async () => {
  const TraceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
  await put({ ...ENTRY, TraceHeader }, ENTRY);
  await bus.idle();
  expect(delivered.map(({ traceHeader }) => traceHeader)).toEqual([TraceHeader, undefined]);
  expect(JSON.stringify(delivered.map(({ event }) => event))).not.toContain("Root=");
});

test("each target gets each entry, as an object of its own", async () => {
  const seen: unknown[] = [];
  const target = async (event: { detail: unknown }) => {
    seen.push(event.detail);
    Object.assign(event.detail as object, { spoiled: true });
  };
  const other = await startEventBus({ targets: [target, target] });
  const producer = clientOf(other);
  await producer.send(new PutEventsCommand({ Entries: [ENTRY, ENTRY] }));
  await other.idle();
  producer.destroy();
  await other.close();
  expect(new Set(seen).size).toBe(4);
});

test.each<[string, PutEventsRequestEntry, string, string]>([
  ["no source", { ...ENTRY, Source: undefined }, "InvalidArgument", "Source is a required argument"],
  ["an empty source", { ...ENTRY, Source: "" }, "InvalidArgument", "Source is a required argument"],
  [
    "no detail type",
    { ...ENTRY, DetailType: undefined },
    "InvalidArgument",
    "DetailType is a required argument",
  ],
  ["no detail", { ...ENTRY, Detail: undefined }, "InvalidArgument", "Detail is a required argument"],
  ["a detail that is no JSON", { ...ENTRY, Detail: "{" }, "MalformedDetail", "Detail is malformed."],
  ["a detail that is an array", { ...ENTRY, Detail: "[]" }, "MalformedDetail", "Detail is malformed."],
  ["a detail that is null", { ...ENTRY, Detail: "null" }, "MalformedDetail", "Detail is malformed."],
  ["an AWS source", { ...ENTRY, Source: "aws.s3" }, "NotAuthorizedForSourceException", "Not authorized"],
])("an entry with %s fails alone", async (_, entry, code, message) => {
  const { Entries, FailedEntryCount } = await put(ENTRY, entry);
  await bus.idle();
  expect(FailedEntryCount).toBe(1);
  expect(Entries).toMatchObject([
    { EventId: delivered[0]?.event.id },
    { ErrorCode: code, ErrorMessage: expect.stringContaining(message) },
  ]);
  expect(delivered).toHaveLength(1);
});

const large = (bytes: number) => {
  const empty = { ...ENTRY, Detail: '{"a":""}' };
  const used = Object.values(empty).join("").length;
  return { ...ENTRY, Detail: `{"a":"${"x".repeat(bytes - used)}"}` };
};

test.each<[string, PutEventsRequestEntry[], string]>([
  ["no entries", [], "length greater than or equal to 1"],
  ["eleven entries", Array.from({ length: 11 }, () => ENTRY), "length less than or equal to 10"],
  ["an entry of 1 MB", [large(1_048_576)], "Total size of the entries"],
  ["a time that makes it 1 MB", [{ ...large(1_048_562), Time: new Date(0) }], "Total size of the entries"],
  ["entries of 1 MB together", [large(524_288), large(524_288)], "Total size of the entries"],
  [
    "a trace header of 501 characters",
    [{ ...ENTRY, TraceHeader: "x".repeat(501) }],
    "less than or equal to 500",
  ],
])("%s are refused as a whole", async (_, entries, message) => {
  await expect(put(...entries)).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringContaining(message),
    $metadata: { httpStatusCode: 400 },
  });
  await bus.idle();
  expect(delivered).toEqual([]);
});

test("an entry of one byte less is taken", async () => {
  expect((await put(large(1_048_575))).FailedEntryCount).toBe(0);
});

test("the producer has its answer though a target fails", async () => {
  const failure = new Error("no");
  const other = await startEventBus({ targets: [() => Promise.reject(failure)] });
  const producer = clientOf(other);
  expect((await producer.send(new PutEventsCommand({ Entries: [ENTRY] }))).FailedEntryCount).toBe(0);
  await other.idle();
  producer.destroy();
  await other.close();
  expect(other.failures).toEqual([failure]);
});

test("another operation is unknown", async () => {
  await expect(client.send(new ListRulesCommand({}))).rejects.toMatchObject({
    name: "UnknownOperationException",
    $metadata: { httpStatusCode: 400 },
  });
});

test.each([
  ["text", "{"],
  ["entries of another type", '{"Entries":["x"]}'],
  ["a source of another type", '{"Entries":[{"Source":1}]}'],
])("a request with %s cannot be read", async (_, body) => {
  const headers = { "x-amz-target": "AWSEvents.PutEvents", "content-type": "application/x-amz-json-1.1" };
  const response = await fetch(bus.url, { method: "POST", body, headers });
  expect([response.status, await response.json()]).toEqual([400, { __type: "SerializationException" }]);
});

test("idle is at once where nothing was put", () => bus.idle());
