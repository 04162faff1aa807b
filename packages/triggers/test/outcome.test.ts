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

test("no result makes an outcome throw", () => {
  const results = fc.oneof(
    fc.anything(),
    fc.record({ statusCode: fc.anything() }),
    fc.record({ batchItemFailures: fc.anything() }),
    fc.record({ batchItemFailures: fc.array(fc.record({ itemIdentifier: fc.anything() })) }),
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
