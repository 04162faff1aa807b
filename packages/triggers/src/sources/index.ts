import type { Trigger } from "../trigger.ts";
import { alb } from "./alb.ts";
import { apiGateway } from "./api-gateway.ts";
import { documentdb } from "./documentdb.ts";
import { durable } from "./durable.ts";
import { dynamodb } from "./dynamodb.ts";
import { eventbridge } from "./eventbridge.ts";
import { firehose } from "./firehose.ts";
import { functionUrl } from "./function-url.ts";
import { httpApi } from "./http-api.ts";
import { iot } from "./iot.ts";
import { kafka } from "./kafka.ts";
import { kinesis } from "./kinesis.ts";
import { lambdaDestination } from "./lambda-destination.ts";
import { mq } from "./mq.ts";
import { rabbitmq } from "./rabbitmq.ts";
import { s3 } from "./s3.ts";
import { s3Batch } from "./s3-batch.ts";
import { sns } from "./sns.ts";
import { sqs } from "./sqs.ts";
import { stepFunctions } from "./step-functions.ts";

/** Every trigger that can be told from its event. The order does not matter: exactly one matches an event. */
export const sources: readonly Trigger[] = [
  alb,
  apiGateway,
  documentdb,
  durable,
  dynamodb,
  eventbridge,
  firehose,
  functionUrl,
  httpApi,
  iot,
  kafka,
  kinesis,
  lambdaDestination,
  mq,
  rabbitmq,
  s3,
  s3Batch,
  sns,
  sqs,
  stepFunctions,
];
