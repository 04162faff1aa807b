// A function of ours between a caller and two others: a service, and whoever reads the queue.
import "@throughline/middy/register";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import middy from "@middy/core";
import { getTraceHeaders, tracing } from "@throughline/middy";
import { traced } from "@throughline/outgoing";

const { QUEUE_URL, SERVICE_URL, SQS_ENDPOINT } = process.env;
const sqs = traced(new SQSClient({ endpoint: SQS_ENDPOINT }));

export const handler = middy(async () => {
  await fetch(SERVICE_URL, { headers: getTraceHeaders() });
  await sqs.send(new SendMessageCommand({ QueueUrl: QUEUE_URL, MessageBody: '{"order":17}' }));
  return { statusCode: 202 };
}).use(tracing());
