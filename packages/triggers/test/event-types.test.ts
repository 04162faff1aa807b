import type {
  DynamoDBRecord,
  DynamoDBStreamEvent,
  FirehoseTransformationEvent,
  KinesisStreamEvent,
  KinesisStreamTumblingWindowEvent,
  MSKEvent,
  S3BatchEvent,
  S3Event,
  SelfManagedKafkaEvent,
  SQSEvent,
  SQSRecord,
} from "aws-lambda";
import { expectTypeOf, test } from "vitest";
import type { Trigger } from "../src/index.ts";
import type { dynamodb } from "../src/sources/dynamodb.ts";
import type { firehose } from "../src/sources/firehose.ts";
import type { kafka } from "../src/sources/kafka.ts";
import type { kinesis } from "../src/sources/kinesis.ts";
import type { s3 } from "../src/sources/s3.ts";
import type { s3Batch } from "../src/sources/s3-batch.ts";
import type { sqs } from "../src/sources/sqs.ts";

type EventOf<Source> = Source extends Trigger<infer Event> ? Event : never;

test("the events that everybody has types for are those of the sources", () => {
  expectTypeOf<KinesisStreamEvent | KinesisStreamTumblingWindowEvent>().toExtend<EventOf<typeof kinesis>>();
  expectTypeOf<DynamoDBStreamEvent | DynamoDBRecord[]>().toExtend<EventOf<typeof dynamodb>>();
  expectTypeOf<S3Event>().toExtend<EventOf<typeof s3>>();
  expectTypeOf<S3BatchEvent>().toExtend<EventOf<typeof s3Batch>>();
  expectTypeOf<MSKEvent | SelfManagedKafkaEvent>().toExtend<EventOf<typeof kafka>>();
  expectTypeOf<FirehoseTransformationEvent>().toExtend<EventOf<typeof firehose>>();
  expectTypeOf<SQSEvent | SQSRecord[]>().toExtend<EventOf<typeof sqs>>();
});
