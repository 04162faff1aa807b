import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { expect, test } from "vitest";
import { callOf } from "../../src/aws-sdk/call.ts";
import type { Fields } from "../../src/aws-sdk/service.ts";
import { services } from "../../src/aws-sdk/services/index.ts";

const constants = Object.entries(conventions);
const keys: ReadonlySet<unknown> = new Set(
  constants.filter(([name]) => name.startsWith("ATTR_")).map(([, key]) => key),
);
/** The keys whose values the registry names. */
const NAMED = [
  "messaging.system.name",
  "messaging.operation.type",
  "db.system.name",
  "faas.invoked_provider",
];
/** Values for which the registry has no name yet. */
const CUSTOM_VALUES = ["aws.eventbridge", "aws.iot", "aws.kinesis"];

/** Whatever an operation may ask for. */
const input: Fields = {
  QueueUrl: "https://sqs.us-east-1.amazonaws.com/123456789012/orders",
  TopicArn: "arn:aws:sns:us-east-1:123456789012:orders",
  StreamName: "orders",
  TableName: "orders",
  Bucket: "orders",
  Key: "1",
  CopySource: "orders/0",
  UploadId: "u-1",
  PartNumber: 1,
  IndexName: "by-date",
  ProjectionExpression: "id",
  Select: "COUNT",
  ConsistentRead: true,
  ScanIndexForward: true,
  Limit: 1,
  Segment: 0,
  TotalSegments: 2,
  RequestItems: { orders: [{}, {}] },
  FunctionName: "arn:aws:lambda:us-east-1:123456789012:function:checkout",
  stateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:orders",
  activityArn: "arn:aws:states:us-east-1:123456789012:activity:pack",
  topic: "orders/1",
  Entries: [{ EventBusName: "orders" }],
  Records: [{}],
  PublishBatchRequestEntries: [{}],
};
const output: Fields = { MessageId: "m-1", Messages: [{}], Count: 1, ScannedCount: 2 };
const settings = { tableKeys: {} };
const operations = services.flatMap(({ client, operations }) =>
  Object.keys(operations).map((name): [string, string] => [client, name]),
);

test.each(operations)("%s.%s: every attribute is in the registry", (client, name) => {
  const call = callOf({ clientName: `${client}Client`, commandName: `${name}Command` }, input);
  const answered = call.operation.answered?.(output, input, settings)?.attributes;
  const all = Object.entries({ ...call.attributes, ...answered });
  expect(all.map(([key]) => key).filter((key) => !keys.has(key))).toEqual([]);
  const strange = all.filter(([key, value]) => NAMED.includes(key) && !isNamed(key, value));
  expect(strange.map(([, value]) => value).filter((value) => !CUSTOM_VALUES.includes(String(value)))).toEqual(
    [],
  );
});

test("there are such operations", () => expect(operations.length).toBeGreaterThan(20));

function isNamed(key: string, value: unknown): boolean {
  const prefix = `${key.replaceAll(".", "_").toUpperCase()}_VALUE_`;
  return constants.some(([name, named]) => name.startsWith(prefix) && named === value);
}
