import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type LocalServer, startEventBus, startHttpApi, startQueueMapping } from "@throughline/testing";
import type { SQSRecord } from "aws-lambda";
import { startFauxqs } from "fauxqs";
import { inbox } from "./inbox.ts";
import { type RecordedRequest, startRecorder } from "./recorder.ts";

/** Stand-ins for the services that messages go through, and what they hand to functions, in order. */
export interface Aws {
  readonly url: Readonly<
    Record<"SQS" | "SNS" | "EventBridge" | "Kinesis" | "Lambda" | "SFN" | "http" | "recorder", string>
  >;
  readonly topicArn: string;
  /** The URL of a queue that nobody reads. */
  readonly unread: string;
  queueUrl(name: QueueName): string;
  /** The next messages that a function gets from a queue. */
  messages(name: QueueName, count: number): Promise<SQSRecord[]>;
  busEvent(): Promise<unknown>;
  httpEvent(): Promise<unknown>;
  /** The next request of those that are only recorded: those to Kinesis, Lambda and Step Functions. */
  request(): Promise<RecordedRequest>;
  stop(): Promise<void>;
}

/** Of the topic's subscribers, `raw` gets its messages as they are, the others in a notification. */
const SUBSCRIBED: readonly QueueName[] = ["raw", "wrapped", "function"];
const QUEUES: readonly QueueName[] = ["alone", "next", ...SUBSCRIBED];
export type QueueName = "alone" | "next" | "raw" | "wrapped" | "function";

export async function startAws(): Promise<Aws> {
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
  const queues = Object.fromEntries(
    await Promise.all(QUEUES.map(async (name) => [name, await startQueue(name)] as const)),
  ) as Readonly<Record<QueueName, Awaited<ReturnType<typeof startQueue>>>>;
  const unread = await createQueue("unread");

  const busEvents = inbox<unknown>();
  const bus = await startEventBus({ targets: [async (event) => busEvents.put(event)] });
  const httpEvents = inbox<unknown>();
  const api = await startHttpApi({ routes: ["$default"], invoke: async (event) => httpEvents.put(event) });
  const recorder = await startRecorder();
  const servers: LocalServer[] = [bus, api, recorder];

  async function createQueue(QueueName: string): Promise<string> {
    const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName }));
    return QueueUrl;
  }

  async function startQueue(name: QueueName) {
    const queueUrl = await createQueue(name);
    const queueArn = `arn:aws:sqs:us-east-1:000000000000:${name}`;
    if (SUBSCRIBED.includes(name)) {
      const Attributes = { RawMessageDelivery: String(name === "raw") };
      await sns.send(
        new SubscribeCommand({ TopicArn: topicArn, Protocol: "sqs", Endpoint: queueArn, Attributes }),
      );
    }
    const records = inbox<SQSRecord>();
    const mapping = startQueueMapping({
      sqs,
      queueUrl,
      queueArn,
      invoke: async (event) => {
        for (const record of event.Records) records.put(record);
      },
    });
    return { queueUrl, records, mapping };
  }

  return {
    url: {
      SQS: endpoint,
      SNS: endpoint,
      EventBridge: bus.url,
      Kinesis: recorder.url,
      Lambda: recorder.url,
      SFN: recorder.url,
      http: api.url,
      recorder: recorder.url,
    },
    topicArn,
    unread,
    queueUrl: (name) => queues[name].queueUrl,
    messages: (name, count) => Promise.all(Array.from({ length: count }, () => queues[name].records.next())),
    busEvent: () => busEvents.next(),
    httpEvent: () => httpEvents.next(),
    request: () => recorder.next(),
    async stop() {
      await Promise.all(Object.values(queues).map(({ mapping }) => mapping.stop()));
      for (const one of servers) await one.close();
      sqs.destroy();
      sns.destroy();
      await server.stop();
    },
  };
}
