import "@throughline/middy/register";
import middy from "@middy/core";
import { tracing } from "@throughline/middy";
import type { DynamoDBStreamEvent, S3Event, SQSEvent } from "aws-lambda";

/** Keeps a record of what happened, whoever tells of it: the items' topic by a queue, the labels' bucket, the shipments' table. */
export const handler = middy(async ({ Records }: SQSEvent | S3Event | DynamoDBStreamEvent): Promise<void> => {
  for (const record of Records) console.info(JSON.stringify(record));
}).use(tracing());
