import { afterEach, describe, expect, test, vi } from "vitest";
import { type ResolveOptions, resolve } from "../src/index.ts";
import { fixture } from "./fixtures.ts";

interface Queue {
  Records: { body: string; messageAttributes: object; attributes: object }[];
}

const parse = vi.spyOn(JSON, "parse");
afterEach(() => parse.mockClear());

function parsesOf(event: unknown, options: ResolveOptions = {}): number {
  parse.mockClear();
  resolve(event, undefined, {}, options);
  return parse.mock.calls.length;
}

function withBody(body: string): Queue {
  const event = fixture<Queue>("sqs/aws-trace-header");
  return { Records: event.Records.map((record) => ({ ...record, body })) };
}

describe("a body is parsed", () => {
  test("not when an attribute answered", () => {
    const event = fixture<Queue>("sqs/traceparent-attribute");
    for (const record of event.Records) record.body = JSON.stringify({ traceparent: "x" });
    expect(parsesOf(event)).toBe(0);
  });

  test("not when no propagation key can be in it", () => {
    expect(parsesOf(withBody(JSON.stringify({ order: 17 })))).toBe(0);
    expect(parsesOf(withBody("a trace of text"))).toBe(0);
  });

  test("not when it is longer than any queue takes", () => {
    expect(parsesOf(withBody(JSON.stringify({ traceparent: "", filler: "x".repeat(1024 * 1024) })))).toBe(0);
  });

  test("once, for all the places in it", () => {
    expect(parsesOf(withBody(JSON.stringify({ order: 17, trace: "none" })))).toBe(1);
    expect(parsesOf(fixture("sqs/eventbridge"))).toBe(1);
  });

  test("once per envelope", () => {
    expect(parsesOf(fixture("sqs/eventbridge-sns"))).toBe(2);
  });

  test("not when an ARN of S3's is all there is of it", () => {
    expect(parsesOf(withBody(JSON.stringify({ bucket: "arn:aws:s3:::uploads" })))).toBe(0);
  });

  test("once, for a context and for what was written", () => {
    expect(parsesOf(fixture("sqs/s3-notification"))).toBe(1); // The object's key is "trace.png".
    expect(parsesOf(fixture("kinesis/dynamodb"))).toBe(1);
  });

  test("not for what was written, when nobody wants to know", () => {
    expect(parsesOf(fixture("sqs/s3-event"))).toBe(1);
    expect(parsesOf(fixture("sqs/s3-event"), { spanPointers: false })).toBe(0);
  });
});

test("what lies behind the context that was found is not looked at", () => {
  const { looked } = resolve(fixture("sqs/datadog-attribute"), undefined, {});
  expect(looked.map(({ at }) => at)).toEqual(["messageAttributes", "messageAttributes._datadog"]);
});

test("a queue's places, nearest first", () => {
  const event = fixture<Queue>("sqs/sns-json-message");
  for (const record of event.Records) record.body = record.body.replace(/00-0af7[^"\\]+/, "none");
  const { looked } = resolve(event, undefined, {});
  expect(looked.map(({ at }) => at)).toEqual([
    "messageAttributes",
    "body.MessageAttributes",
    "body.Message._datadog",
    "body.Message",
    "attributes.AWSTraceHeader",
  ]);
});

test("a batch of ten thousand takes no more than a blink", () => {
  const [record] = fixture<Queue>("sqs/sns-datadog-binary").Records;
  const event = { Records: Array.from({ length: 10_000 }, () => record) };
  const start = performance.now();
  expect(resolve(event, undefined, {}).messages).toHaveLength(10_000);
  expect(performance.now() - start).toBeLessThan(5_000);
});
