import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import middy from "@middy/core";
import { traced, tracing } from "@throughline/middy";

const sqs = traced(new SQSClient());

export const handler = middy(async ({ queueUrl }) => {
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "hello" }));
}).use(tracing());
