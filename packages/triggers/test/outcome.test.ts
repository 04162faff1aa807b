import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { detect, type Outcome, sources } from "../src/index.ts";
import { fixture, fixtures } from "./fixtures.ts";

function outcome(name: string, result: unknown): Outcome | undefined {
  const event = fixture(name);
  return detect(event, sources).outcome?.(result, event);
}

const HTTP_API = "http-api/traceparent";
const FUNCTION_URL = "function-url/traceparent";
const REST = "api-gateway/console-test";
const PAYLOAD_1 = "api-gateway/http-api-payload-1";
const ALB = "alb/traceparent";

describe.each([HTTP_API, FUNCTION_URL, REST, PAYLOAD_1, ALB])("%s", (name) => {
  test.each([
    [200, 200],
    [404, 404],
    [599, 599],
    ["201", 201],
  ])("answers the result's status code %j", (statusCode, expected) => {
    expect(outcome(name, { statusCode, body: "" })).toEqual({ statusCode: expected });
  });
});

describe.each([
  [HTTP_API, 500],
  [FUNCTION_URL, 502],
])("%s, payload format 2.0", (name, malformed) => {
  test.each([undefined, null, "Hello", 42, [1], {}, { body: "x" }, { statusCode: null }])(
    "a result without a status code is the body of a 200: %j",
    (result) => expect(outcome(name, result)).toEqual({ statusCode: 200 }),
  );

  test.each(["OK", 0, 99, 600, 200.5, {}, true])(
    `a status code that is none is answered with ${malformed}: %j`,
    (statusCode) => expect(outcome(name, { statusCode })).toEqual({ statusCode: malformed }),
  );
});

describe.each([
  [REST, 502],
  [PAYLOAD_1, 500],
  [ALB, 502],
])("%s", (name, malformed) => {
  test.each([undefined, null, "Hello", {}, { body: "x" }, { statusCode: null }, { statusCode: "OK" }])(
    `a result without a valid status code is answered with ${malformed}: %j`,
    (result) => expect(outcome(name, result)).toEqual({ statusCode: malformed }),
  );
});

describe.each(["api-gateway-websocket/connect", "vpc-lattice/version-1", "api-gateway/mapping-template"])(
  "%s",
  (name) => {
    test.each([
      [{ statusCode: 403 }, 403],
      [{ statusCode: "201" }, 201],
    ])("answers the result's status code %j", (result, expected) => {
      expect(outcome(name, result)).toEqual({ statusCode: expected });
    });

    test.each([undefined, null, "Hello", {}, { statusCode: "OK" }, { statusCode: 7 }])(
      "a result without one says nothing of the answer: %j",
      (result) => expect(outcome(name, result)).toEqual({ statusCode: undefined }),
    );
  },
);

describe("CloudFront", () => {
  test.each([
    ["a generated response", { status: "302", headers: {} }, 302],
    ["a changed response", { status: 404 }, 404],
    ["a request that is passed on", { method: "GET", uri: "/" }, undefined],
    ["nothing", undefined, undefined],
  ])("%s", (_, result, statusCode) => {
    expect(outcome("cloudfront/viewer-request", result)).toEqual({ statusCode });
  });
});

describe("a partial batch response", () => {
  const ids = fixture<{ Records: { messageId: string }[] }>("sqs/several-traces").Records.map(
    ({ messageId }) => messageId,
  );
  const failures = (...items: unknown[]) => ({ batchItemFailures: items });

  test.each([undefined, null, "", {}, failures(), { batchItemFailures: null }, { batchItemFailures: "x" }])(
    "%j reports no failure",
    (result) => expect(outcome("sqs/several-traces", result)).toEqual({ failed: [] }),
  );

  test("names the messages that failed", () => {
    const result = failures({ itemIdentifier: ids[2] }, { itemIdentifier: ids[0] });
    expect(outcome("sqs/several-traces", result)).toEqual({ failed: [ids[2], ids[0]] });
  });

  test.each([
    ["null", { itemIdentifier: null }],
    ["an empty text", { itemIdentifier: "" }],
    ["a wrong key", { ItemIdentifier: ids[0] }],
    ["no message's id", { itemIdentifier: "11111111-2222-3333-4444-555555555555" }],
    ["no object", null],
  ])("with an item that names %s fails the whole batch", (_, item) => {
    expect(outcome("sqs/several-traces", failures({ itemIdentifier: ids[0] }, item))).toEqual({
      failed: ids,
    });
  });
});

describe("a stream's partial batch response", () => {
  const SEQUENCE = "49590338271490256608559692538361571095921575989136588892";
  test.each([
    ["kinesis/several-traces", SEQUENCE],
    ["kinesis/pipes", "shardId-000000000006:49590338271490256608559692538361571095921575989136588891"],
    ["dynamodb/several-traces", "442158450000000001750652"],
    ["dynamodb/pipes", "c4ca4238a0b923820dcc509a6f758491"],
    ["kafka/partitions", { partition: "orders-1", offset: 3 }, "orders-1-3"],
    ["kafka/partitions", { "topic-partition": "orders-0", offset: 16 }, "orders-0-16"],
    ["kafka/partitions", { topic: "refunds", partition: 0, offset: 9 }, "refunds-0-9"],
    ["kafka/partitions", "orders-0-15"],
  ])("of %s names %j", (name, itemIdentifier, id: unknown = itemIdentifier) => {
    expect(outcome(name, { batchItemFailures: [{ itemIdentifier }] })).toEqual({ failed: [id] });
  });

  test.each<[string, unknown, number]>([
    ["kinesis/several-traces", "", 3],
    ["kinesis/several-traces", { sequenceNumber: SEQUENCE }, 3],
    ["dynamodb/several-traces", null, 3],
    ["kafka/partitions", { partition: "orders-9", offset: 15 }, 4],
    ["kafka/partitions", { partition: "orders-0" }, 4],
  ])("of %s that names %j fails the whole batch", (name, itemIdentifier, count) => {
    expect(outcome(name, { batchItemFailures: [{ itemIdentifier }] })?.failed).toHaveLength(count);
  });
});

test("a job's and a delivery stream's results say of each one what became of it", () => {
  const results = [
    { taskId: "a", resultCode: "Succeeded" },
    { taskId: "b", resultCode: "TemporaryFailure" },
    { taskId: "c", resultCode: "PermanentFailure" },
  ];
  expect(outcome("s3-batch/version-2", { results })).toEqual({ failed: ["b", "c"] });
  const records = [
    { recordId: "a", result: "Ok" },
    { recordId: "b", result: "Dropped" },
    { recordId: "c", result: "ProcessingFailed" },
  ];
  expect(outcome("firehose/traceparent", { records })).toEqual({ failed: ["c"] });
});

test("no result makes an outcome throw", () => {
  const results = fc.oneof(
    fc.anything(),
    fc.record({ statusCode: fc.anything() }),
    fc.record({ batchItemFailures: fc.anything() }),
    fc.record({ batchItemFailures: fc.array(fc.record({ itemIdentifier: fc.anything() })) }),
    fc.record({ results: fc.anything(), records: fc.array(fc.anything()) }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...fixtures), results, ({ event, expected }, result) => {
      const source = sources.find(({ name }) => name === expected.trigger);
      const { statusCode = 200, failed = [] } = source?.outcome?.(result, event) ?? {};
      expect(statusCode).toBeGreaterThanOrEqual(100);
      expect(failed.every((id) => typeof id === "string")).toBe(true);
    }),
  );
});
