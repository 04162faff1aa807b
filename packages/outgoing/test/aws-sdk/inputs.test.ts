import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { KinesisClient, PutRecordCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { PublishBatchCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import {
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { type LocalServer, readBody, startServer } from "@throughline/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { traced } from "../../src/index.ts";
import { frozen } from "./frozen.ts";
import { local, recordSpans, takeSpans } from "./spans.ts";

recordSpans();
const OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
let server: LocalServer;
/** The bodies that arrived. */
let bodies: string[] = [];

beforeAll(async () => {
  server = await startServer(async (request, response) => {
    bodies.push((await readBody(request)).toString());
    const xml = !request.headers["x-amz-target"];
    response.writeHead(200, { "content-type": xml ? "text/xml" : "application/x-amz-json-1.1" });
    response.end(xml ? "<R><PublishResult/><PublishBatchResult/></R>" : "{}");
  });
});
afterAll(() => server.close());

const clients = () => {
  const common = { ...local(server.url), md5: false as const };
  return {
    sqs: new SQSClient(common),
    sns: new SNSClient(common),
    events: new EventBridgeClient(common),
    kinesis: new KinesisClient({ ...common, requestHandler: new NodeHttpHandler() }),
  };
};
type Clients = ReturnType<typeof clients>;
type Input = Record<string, unknown>;

const commands: [string, keyof Clients, new (input: never) => unknown, Input, string?][] = [
  ["SendMessage", "sqs", SendMessageCommand, { QueueUrl: "https://q/1/orders", MessageBody: "hello" }],
  ["SendMessageBatch", "sqs", SendMessageBatchCommand, { QueueUrl: "https://q/1/orders" }, "Entries"],
  ["ReceiveMessage", "sqs", ReceiveMessageCommand, { QueueUrl: "https://q/1/orders" }],
  ["Publish", "sns", PublishCommand, { TopicArn: "arn:aws:sns:us-east-1:1:orders", Message: "hello" }],
  [
    "PublishBatch",
    "sns",
    PublishBatchCommand,
    { TopicArn: "arn:aws:sns:us-east-1:1:orders" },
    "PublishBatchRequestEntries",
  ],
  ["PutEvents", "events", PutEventsCommand, {}, "Entries"],
  ["PutRecord", "kinesis", PutRecordCommand, { StreamName: "s", PartitionKey: "1" }],
  ["PutRecords", "kinesis", PutRecordsCommand, { StreamName: "s" }, "Records"],
];

const bytesOf = (text: string) => new TextEncoder().encode(text);
const attribute = fc.oneof(
  fc.record({ DataType: fc.constant("String"), StringValue: fc.constantFrom(OTHER, "x", "") }),
  fc.record({
    DataType: fc.constant("Binary"),
    BinaryValue: fc.constant(bytesOf(`{"traceparent":"${OTHER}"}`)),
  }),
);
const odd = fc.constantFrom<unknown>(undefined, null, 0, 7n, "text", "", true, [], [null], {}, Number.NaN);
const name = fc.constantFrom(
  "kind",
  "traceparent",
  "TraceParent",
  "tracestate",
  "_datadog",
  "baggage",
  "__proto__",
);
const map = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.dictionary(name, fc.oneof({ weight: 5, arbitrary: attribute }, odd), { maxKeys: 12 }),
  },
  odd,
);
const json = fc.oneof(
  fc.constantFrom<unknown>(
    "{}",
    '{"n":1}',
    `{"traceparent":"${OTHER}"}`,
    '{"_datadog":1}',
    "{",
    "[]",
    " {} ",
  ),
  fc.json(),
  odd,
);
const bytes = fc.oneof(
  json.map((value) => (typeof value === "string" ? bytesOf(value) : value)),
  fc.uint8Array(),
  json,
);
const fields = {
  MessageAttributes: map,
  MessageSystemAttributes: map,
  MessageAttributeNames: odd,
  AttributeNames: odd,
  Detail: json,
  TraceHeader: odd,
  Resources: odd,
  Data: bytes,
};
const anyFields = fc.record(fields, { requiredKeys: [] });
const entry = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(anyFields, fc.constant({ Id: "1", MessageBody: "m", Message: "m" }))
      .map(([some, base]) => ({ ...base, ...some })),
  },
  odd,
);
const list = fc.oneof({ weight: 6, arbitrary: fc.array(entry, { maxLength: 4 }) }, odd);

const OURS = /^(?:traceparent|tracestate|baggage|_datadog|AWSTraceHeader|TraceHeader|\w*AttributeNames)$/i;

/** What a request holds beside what a context is spelled with, and beside what is empty then. */
function withoutOurs(value: unknown, key = ""): unknown {
  if (typeof value === "string") {
    const text = key === "Data" ? Buffer.from(value, "base64").toString("latin1") : value;
    try {
      const parsed: unknown = JSON.parse(text);
      return typeof parsed === "object" && parsed !== null ? withoutOurs(parsed) : value;
    } catch {
      return value;
    }
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withoutOurs(item));
  const rest = Object.entries(value)
    .filter(([name]) => !OURS.test(name))
    .map(([name, inner]) => [name, withoutOurs(inner, name)] as const)
    .filter(([, inner]) => JSON.stringify(inner) !== "{}");
  return Object.fromEntries(rest);
}

/** What became of a send: its answer, or its error's words. */
async function outcomeOf(client: object, Command: new (input: never) => unknown, input: unknown) {
  const { send } = client as { send(this: object, command: unknown): Promise<object> };
  try {
    const { $metadata, ...output } = (await send.call(client, new Command(input as never))) as Input;
    return { output };
  } catch (error) {
    return { error: String(error) };
  }
}

describe.each(commands)("%s, whatever it is given,", (_, service, Command, base, entries) => {
  let plain: Clients;
  let wrapped: Clients;
  beforeAll(() => {
    plain = clients();
    wrapped = clients();
    for (const client of Object.values(wrapped)) traced(client);
  });
  afterAll(() => {
    for (const client of [...Object.values(plain), ...Object.values(wrapped)]) client.destroy();
  });

  test("has the outcome that it has untraced, one span, and its input as it was", async () => {
    const input = entries
      ? fc.record({ [entries]: list })
      : anyFields.map((some) => ({ ...some }) as Record<string, unknown>);
    await fc.assert(
      fc.asyncProperty(input, async (some) => {
        const given = frozen({ ...base, ...some });
        const copy = structuredClone(given);
        bodies = [];
        const expected = await outcomeOf(plain[service], Command, given);
        const untraced = bodies.length;
        takeSpans();
        expect(await outcomeOf(wrapped[service], Command, given)).toEqual(expected);
        expect(bodies).toHaveLength(2 * untraced);
        // SNS speaks another protocol.
        if (untraced > 0 && service !== "sns") expect(withoutOurs(bodies[1])).toEqual(withoutOurs(bodies[0]));
        expect(given).toEqual(copy);
        expect(takeSpans()).toHaveLength(1);
      }),
      { numRuns: 150 },
    );
  });

  test("so too with getters that throw, and without any input", async () => {
    const hostile = () => {
      throw new Error("hostile");
    };
    for (const key of Object.keys(fields)) {
      const given = Object.defineProperty({ ...base }, key, { get: hostile, enumerable: true });
      for (const input of [given, entries ? { ...base, [entries]: [{ Id: "1" }, given] } : undefined]) {
        const expected = await outcomeOf(plain[service], Command, input);
        expect(await outcomeOf(wrapped[service], Command, input)).toEqual(expected);
      }
    }
  });
});

describe("fields that a copy would not have are sent", () => {
  class Message {
    readonly #body = "hello";
    get QueueUrl() {
      return "https://q/1/orders";
    }
    get MessageBody() {
      return this.#body;
    }
  }
  class Entry {
    readonly Id = "1";
    get MessageBody() {
      return "hello";
    }
  }
  const plain = { QueueUrl: "https://q/1/orders", MessageBody: "hello" };
  const get = (_: object, key: string) => plain[key as keyof typeof plain];
  test.each<[string, new (input: never) => unknown, object]>([
    ["a class's getters", SendMessageCommand, new Message()],
    ["a prototype's", SendMessageCommand, Object.create(plain)],
    ["a proxy's", SendMessageCommand, new Proxy({}, { get } as never)],
    ["what is not enumerable", SendMessageCommand, Object.defineProperties({}, { ...descriptors(plain) })],
    ["an entry's getters", SendMessageBatchCommand, { QueueUrl: plain.QueueUrl, Entries: [new Entry()] }],
  ])("%s", async (_, Command, input) => {
    const { sqs: untraced } = clients();
    const { sqs } = clients();
    bodies = [];
    await outcomeOf(untraced, Command, input);
    await outcomeOf(traced(sqs), Command, input);
    expect(bodies).toHaveLength(2);
    expect(withoutOurs(bodies[1])).toEqual(withoutOurs(bodies[0]));
    for (const client of [untraced, sqs]) client.destroy();
  });

  test("an object of a class with fields of its own carries the context as any other", async () => {
    class Plain {
      readonly QueueUrl = "https://q/1/orders";
      readonly MessageBody = "hello";
      describe() {
        return this.MessageBody;
      }
    }
    const { sqs } = clients();
    bodies = [];
    await outcomeOf(traced(sqs), SendMessageCommand, new Plain());
    expect(JSON.parse(bodies[0] ?? "")).toMatchObject({ MessageBody: "hello", MessageAttributes: {} });
    sqs.destroy();
  });

  function descriptors(fields: object): PropertyDescriptorMap {
    return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, { value }]));
  }
});

test("a thousand attributes are counted, not copied one by one into the trace", async () => {
  const { sqs } = clients();
  const MessageAttributes = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`a${index}`, { DataType: "String", StringValue: "v" }]),
  );
  bodies = [];
  await traced(sqs).send(
    new SendMessageCommand({ QueueUrl: "https://q/1/o", MessageBody: "m", MessageAttributes }),
  );
  expect(Object.keys(JSON.parse(bodies[0] ?? "").MessageAttributes)).toEqual(Object.keys(MessageAttributes));
  sqs.destroy();
});
