import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startFauxqs } from "fauxqs";

/** A queue subscribed to the topic. */
export interface Queue {
  readonly url: string;
  readonly arn: string;
}

/** A topic and its queues, one with SNS's notification around each message and one raw, in this process. */
export interface Cloud {
  readonly endpoint: string;
  readonly sqs: SQSClient;
  readonly topicArn: string;
  readonly queues: readonly Queue[];
  stop(): Promise<void>;
}

export async function startCloud(): Promise<Cloud> {
  const server = await startFauxqs({ port: 0, logger: false });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const config = {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  const sqs = new SQSClient(config);
  const sns = new SNSClient(config);
  const { TopicArn: topicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "orders" }));
  const queues = [await subscribe("items-wrapped", "false"), await subscribe("items-raw", "true")];

  async function subscribe(QueueName: string, raw: "true" | "false"): Promise<Queue> {
    const { QueueUrl: url = "" } = await sqs.send(new CreateQueueCommand({ QueueName }));
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }),
    );
    const arn = Attributes?.QueueArn ?? "";
    const subscription = { TopicArn: topicArn, Protocol: "sqs", Endpoint: arn };
    await sns.send(new SubscribeCommand({ ...subscription, Attributes: { RawMessageDelivery: raw } }));
    return { url, arn };
  }

  return {
    endpoint,
    sqs,
    topicArn,
    queues,
    async stop() {
      sqs.destroy();
      sns.destroy();
      await server.stop();
    },
  };
}
