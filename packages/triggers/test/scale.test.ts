import { describe, expect, test } from "vitest";
import { resolve } from "../src/index.ts";
import { fixture } from "./fixtures.ts";

type Json = Record<string, unknown>;

const TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/** Events of as many messages as are asked for, each like the fixture's first. */
const repeat = (name: string, key: string) => (count: number) => {
  const event = fixture<Json>(name);
  const [first] = event[key] as unknown[];
  return { ...event, [key]: Array.from({ length: count }, () => first) };
};
const bare = (name: string) => (count: number) => {
  const [first] = fixture<unknown[]>(name);
  return Array.from({ length: count }, () => first);
};
const partitions = (name: string, key: string) => (count: number) => {
  const event = fixture<Json>(name);
  const [first] = Object.values(event[key] as Record<string, unknown[]>).flat();
  // As many partitions as records: neither is to be quadratic.
  const lists = Array.from({ length: count }, (_, index) => [`orders-${index}`, [first]]);
  return { ...event, [key]: Object.fromEntries(lists) };
};
const destination = (count: number) => ({
  ...fixture<Json>("lambda-destination/sqs"),
  requestPayload: repeat("sqs/traceparent-attribute", "Records")(count),
});

const batches: [string, (count: number) => unknown][] = [
  ["sqs", repeat("sqs/sns-datadog-binary", "Records")],
  ["sqs from a pipe", bare("sqs/pipes")],
  ["sns", repeat("sns/datadog-string", "Records")],
  ["kinesis", repeat("kinesis/datadog", "Records")],
  ["kinesis from a pipe", bare("kinesis/pipes")],
  ["dynamodb", repeat("dynamodb/datadog-map", "Records")],
  ["s3", repeat("s3/created", "Records")],
  ["s3-batch", repeat("s3-batch/version-2", "tasks")],
  ["kafka", partitions("kafka/traceparent", "records")],
  ["kafka from a pipe", bare("kafka/pipes")],
  ["mq", repeat("mq/dashes", "messages")],
  ["rabbitmq", partitions("rabbitmq/signed-datadog", "rmqMessagesByQueue")],
  ["documentdb", repeat("documentdb/several-traces", "events")],
  ["firehose", repeat("firehose/traceparent", "records")],
  ["lambda-destination", destination],
];

describe.each(batches)("%s", (name, batchOf) => {
  test("ten thousand messages are ten thousand messages", () => {
    const { messages, parentage } = resolve(batchOf(10_000), undefined, {});
    expect(messages).toHaveLength(10_000);
    if (name === "s3") return;
    expect(messages.every(({ context }) => context !== undefined)).toBe(true);
    expect([parentage.parent, ...parentage.links].filter(Boolean)).toHaveLength(1);
  });

  test("twice as many take twice the reads, and no more", () => {
    const [few, many] = [300, 600].map((count) => readsOf(batchOf(count)));
    expect(few).toBeGreaterThan(300);
    expect(many).toBeLessThanOrEqual(2 * few! + 50);
  });
});

test("ten thousand traces are ten thousand links", () => {
  const record = fixture<{ Records: Json[] }>("sqs/traceparent-attribute").Records[0]!;
  const Records = Array.from({ length: 10_000 }, (_, index) => ({
    ...record,
    messageAttributes: {
      traceparent: {
        stringValue: `00-${(index + 1).toString(16).padStart(32, "0")}-00f067aa0ba902b7-01`,
        dataType: "String",
      },
    },
  }));
  expect(resolve({ Records }, undefined, {}).parentage.links).toHaveLength(10_000);
});

test("a Kafka record's ten thousand headers are gone through once", () => {
  const event = fixture<{ records: Record<string, Json[]> }>("kafka/traceparent");
  const withHeaders = (count: number) => ({
    ...event,
    records: {
      "orders-0": [
        {
          topic: "orders",
          partition: 0,
          offset: 1,
          headers: [
            ...Array.from({ length: count }, (_, index) => ({ [`h${index}`]: [65] })),
            { traceparent: [...Buffer.from(TRACEPARENT)] },
          ],
        },
      ],
    },
  });
  expect(resolve(withHeaders(10_000), undefined, {}).parentage.parent?.spanId).toBe("00f067aa0ba902b7");
  expect(readsOf(withHeaders(2_000))).toBeLessThanOrEqual(2 * readsOf(withHeaders(1_000)) + 50);
});

/** How often anything of an event is read while it is resolved. */
function readsOf(event: unknown): number {
  let reads = 0;
  const count = <Value>(value: Value): Value => {
    if (typeof value !== "object" || value === null) return value;
    return new Proxy(value, {
      get(target, key) {
        reads += 1;
        return count(Reflect.get(target, key));
      },
      ownKeys(target) {
        const keys = Reflect.ownKeys(target);
        reads += keys.length;
        return keys;
      },
      has(target, key) {
        reads += 1;
        return Reflect.has(target, key);
      },
    });
  };
  resolve(count(event), undefined, {});
  return reads;
}
