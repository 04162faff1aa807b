import { S3 } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { startFauxqs } from "fauxqs";
import { clientConfig } from "./client-config.ts";

/** SNS, SQS and S3 in this process: a topic, two queues that get all of its messages, and a bucket. */
export async function startAws() {
  const server = await startFauxqs({ port: 0, logger: false });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const sqs = new SQSClient(clientConfig(endpoint));
  const s3 = new S3(clientConfig(endpoint));
  const { topicArn } = server.createTopic("orders");
  const { bucketName: bucket } = server.createBucket("labels");

  const subscribe = (queue: string, raw: boolean) => {
    const { queueUrl, queueArn } = server.createQueue(queue);
    server.subscribe({ topic: "orders", queue, attributes: { RawMessageDelivery: String(raw) } });
    return { queueUrl, queueArn };
  };

  return {
    ...{ endpoint, sqs, s3, topicArn, bucket },
    /** Its bodies are the messages themselves. */
    raw: subscribe("items-raw", true),
    /** Its bodies are SNS's notifications of the messages. */
    wrapped: subscribe("items-wrapped", false),
    async stop() {
      sqs.destroy();
      s3.destroy();
      await server.stop();
    },
  };
}
