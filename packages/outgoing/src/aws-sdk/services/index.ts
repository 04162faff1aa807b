import type { Service } from "../service.ts";
import { dynamodb } from "./dynamodb.ts";
import { eventbridge } from "./eventbridge.ts";
import { iot } from "./iot.ts";
import { kinesis } from "./kinesis.ts";
import { lambda } from "./lambda.ts";
import { s3 } from "./s3.ts";
import { scheduler } from "./scheduler.ts";
import { sns } from "./sns.ts";
import { sqs } from "./sqs.ts";
import { stepFunctions } from "./step-functions.ts";

/** The services of which more is known than that they were called. */
export const services: readonly Service[] = [
  dynamodb,
  eventbridge,
  iot,
  kinesis,
  lambda,
  s3,
  scheduler,
  sns,
  sqs,
  stepFunctions,
];
