import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolve, sources } from "../src/index.ts";
import { fixture, fixtures } from "./fixtures.ts";

type Json = Record<string, unknown>;

const DEPTH = 100_000;
const encode = (text: string) => Buffer.from(text).toString("base64");

const texts: [string, string][] = [
  ["records in records", `${'{"eventSource":"aws:s3","Records":['.repeat(20_000)}${"]}".repeat(20_000)}`],
  ["arrays in arrays", `{"traceparent":${"[".repeat(DEPTH)}${"]".repeat(DEPTH)}}`],
  ["objects in objects", `${'{"_datadog":'.repeat(DEPTH)}1${"}".repeat(DEPTH)}`],
  ["brackets that are never closed", `{"traceparent":${"[".repeat(DEPTH)}`],
  [
    "details in details",
    `${'{"detail-type":"a","source":"b","detail":'.repeat(20_000)}1${"}".repeat(20_000)}`,
  ],
  ["texts in texts", `{"_datadog":${JSON.stringify(JSON.stringify({ _datadog: "{".repeat(DEPTH) }))}}`],
];

const record = (name: string, change: (record: Json) => Json) => {
  const event = fixture<{ Records: Json[] }>(name);
  return { ...event, Records: event.Records.map(change) };
};

/** Wherever a producer's text stands. */
const events: [string, (text: string) => unknown][] = [
  ["sqs", (body) => record("sqs/no-context", (one) => ({ ...one, body }))],
  ["sns", (text) => record("sns/no-attributes", (one) => ({ ...one, Sns: { Message: text } }))],
  ["kinesis", (text) => record("kinesis/no-context", (one) => ({ ...one, kinesis: { data: encode(text) } }))],
  [
    "dynamodb",
    (S) => record("dynamodb/no-context", (one) => ({ ...one, dynamodb: { NewImage: { _datadog: { S } } } })),
  ],
  ["firehose", (text) => ({ ...fixture<Json>("firehose/no-context"), records: [{ data: encode(text) }] })],
  ["eventbridge", (_datadog) => ({ ...fixture<Json>("eventbridge/datadog-text"), detail: { _datadog } })],
  [
    "durable",
    (InputPayload) => ({
      DurableExecutionArn: "arn",
      InitialExecutionState: {
        Operations: [
          { Type: "EXECUTION", ExecutionDetails: { InputPayload } },
          { Name: "_datadog_1", Payload: InputPayload },
        ],
      },
    }),
  ],
  ["lambda", (_datadog) => ({ _datadog })],
  [
    "a header of Elastic Beanstalk's daemon",
    (text) => ({
      ...fixture<Json>("http-api/traceparent"),
      headers: { "x-aws-sqsd-attr-_datadog": text },
    }),
  ],
];

describe.each(events)("%s", (_, eventOf) => {
  test.each(texts)("%s", (_, text) => {
    expect(resolve(eventOf(text), undefined, {}).parentage).toEqual({ parent: undefined, links: [] });
  });
});

describe("what is deep in memory is not walked", () => {
  const nest = (wrap: (inner: unknown) => unknown) => {
    let value: unknown = {};
    for (let level = 0; level < DEPTH; level += 1) value = wrap(value);
    return value;
  };
  test.each<[string, () => unknown]>([
    [
      "a destination's payloads",
      () => nest((requestPayload) => ({ ...fixture<Json>("lambda-destination/no-context"), requestPayload })),
    ],
    [
      "a DynamoDB map",
      () => ({
        Records: [
          {
            eventSource: "aws:dynamodb",
            dynamodb: { NewImage: { _datadog: nest((inner) => ({ M: { a: inner } })) } },
          },
        ],
      }),
    ],
    [
      "a document",
      () => ({
        eventSource: "aws:docdb",
        events: [{ event: { fullDocument: nest((inner) => ({ _datadog: inner })) } }],
      }),
    ],
    [
      "executions that started executions",
      () =>
        nest((CONTEXT) => ({
          Execution: { Id: "a", Input: { CONTEXT } },
          State: { Name: "b", EnteredTime: "c" },
        })),
    ],
    [
      "Kafka's bytes",
      () => ({
        eventSource: "aws:kafka",
        records: { "a-0": [{ headers: [{ traceparent: nest((bytes) => ({ bytes })) }] }] },
      }),
    ],
  ])("%s", (_, eventOf) => expect(() => resolve(eventOf(), undefined, {})).not.toThrow());
});

test("bad base64 holds no context", () => {
  const base64 = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.constantFrom("%%%", "====", "\u0000", "a", "Zm9v=Zm9v"),
  );
  fc.assert(
    fc.property(base64, (data) => {
      const binary = { dataType: "Binary", binaryValue: data };
      for (const event of [
        record("kinesis/no-context", (one) => ({ ...one, kinesis: { data } })),
        { ...fixture<Json>("firehose/no-context"), records: [{ recordId: "a", data }] },
        record("sqs/no-context", (one) => ({
          ...one,
          messageAttributes: { _datadog: binary, traceparent: binary },
        })),
      ])
        expect(resolve(event, undefined, {}).messages.map(({ context }) => context)).not.toContainEqual(
          expect.anything(),
        );
    }),
  );
});

describe.each(fixtures)("$name", ({ event }) => {
  test("throws nothing, whichever read of it is the first to throw, or the only one", () => {
    const total = countReads(event);
    for (let limit = 0; limit <= Math.min(total, 60); limit += 1) {
      const after = counter();
      expect(() =>
        resolve(
          trapped(event, () => after() > limit),
          undefined,
          {},
        ),
      ).not.toThrow();
      const once = counter();
      expect(() =>
        resolve(
          trapped(event, () => once() === limit + 1),
          undefined,
          {},
        ),
      ).not.toThrow();
    }
  });
});

function countReads(event: unknown): number {
  const reads = counter();
  resolve(
    trapped(event, () => reads() < 0),
    undefined,
    {},
  );
  return reads();
}

/** Counts its own calls. */
function counter(): () => number {
  let calls = 0;
  return () => {
    calls += 1;
    return calls;
  };
}

test("no key of an event is a prototype's", () => {
  const before = Object.getOwnPropertyNames(Object.prototype).toSorted();
  const hostile = JSON.parse(
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"_datadog":{"__proto__":{"polluted":true}},"user_properties":[{"__proto__":"x"},{"constructor":"y"}],"traceparent":["__proto__"]}',
  );
  for (const { event } of fixtures) {
    const mixed =
      typeof event === "object" && event !== null && !Array.isArray(event)
        ? { ...hostile, ...event }
        : hostile;
    resolve(mixed, { clientContext: { custom: hostile } }, {});
  }
  expect(Object.getOwnPropertyNames(Object.prototype).toSorted()).toEqual(before);
  expect(({} as Json).polluted).toBeUndefined();
});

test("a revoked proxy is nobody's", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(resolve(proxy, undefined, {}).trigger.name).toBe("lambda");
  expect(resolve([proxy], undefined, {}).trigger.name).toBe("lambda");
  expect(resolve({ Records: [proxy] }, undefined, {}).trigger.name).toBe("lambda");
  expect(sources.length).toBeGreaterThan(0);
});

function trapped(value: unknown, springs: () => boolean): unknown {
  if (typeof value !== "object" || value === null) return value;
  const trap = () => {
    if (springs()) throw new Error("not for you");
  };
  return new Proxy(value, {
    get(target, key) {
      trap();
      return trapped(Reflect.get(target, key), springs);
    },
    has(target, key) {
      trap();
      return Reflect.has(target, key);
    },
    ownKeys(target) {
      trap();
      return Reflect.ownKeys(target);
    },
    getOwnPropertyDescriptor(target, key) {
      trap();
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
  });
}
