import * as schemas from "@aws-lambda-powertools/parser/schemas";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { detect, resolve, sources } from "../src/index.ts";
import { arbitraryOf, type Schema } from "./zod-arbitrary.ts";

/** Events that another library takes for a service's are taken for the same service's here. */
describe.each<[string, Schema, string]>([
  ["KinesisDataStreamSchema", schemas.KinesisDataStreamSchema, "kinesis"],
  ["KinesisDynamoDBStreamSchema", schemas.KinesisDynamoDBStreamSchema, "kinesis"],
  ["DynamoDBStreamSchema", schemas.DynamoDBStreamSchema, "dynamodb"],
  ["S3Schema", schemas.S3Schema, "s3"],
  ["S3EventNotificationEventBridgeSchema", schemas.S3EventNotificationEventBridgeSchema, "eventbridge"],
  ["S3SqsEventNotificationSchema", schemas.S3SqsEventNotificationSchema, "sqs"],
  ["KafkaMskEventSchema", schemas.KafkaMskEventSchema, "kafka"],
  ["KafkaSelfManagedEventSchema", schemas.KafkaSelfManagedEventSchema, "kafka"],
  ["KinesisFirehoseSchema", schemas.KinesisFirehoseSchema, "firehose"],
  ["KinesisFirehoseSqsSchema", schemas.KinesisFirehoseSqsSchema, "firehose"],
  ["SqsSchema", schemas.SqsSchema, "sqs"],
  ["SnsSchema", schemas.SnsSchema, "sns"],
])("%s", (_, schema, trigger) => {
  test(`accepts nothing that is not ${trigger}`, () => {
    let accepted = 0;
    fc.assert(
      fc.property(arbitraryOf(schema), (event) => {
        if (!accepts(schema, event)) return;
        // Lambda never delivers an empty batch.
        if (isEmptyBatch(event)) return;
        accepted += 1;
        expect(detect(event, sources).name).toBe(trigger);
        expect(sources.filter((source) => source.match(event))).toHaveLength(1);
        expect(resolve(event, undefined, {}).messages.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});

/** Its transformations throw at what they cannot decode. */
function accepts(schema: Schema, event: unknown): boolean {
  try {
    return schema.safeParse(structuredClone(event)).success;
  } catch {
    return false;
  }
}

function isEmptyBatch(event: unknown): boolean {
  const { Records, records } = event as { readonly Records?: unknown[]; readonly records?: object };
  return Records?.length === 0 || (records !== undefined && Object.keys(records).length === 0);
}
