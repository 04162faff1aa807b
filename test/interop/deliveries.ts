import { lambdaContext, snsEvent, sqsEvent } from "@throughline/testing";
import type { SQSRecord } from "aws-lambda";
import type { Aws } from "./aws.ts";

/** What a function is invoked with. */
export interface Delivered {
  readonly event: unknown;
  readonly context: object;
}

/** One command of the AWS SDK, or a request, and all the events that it can become. */
export interface Delivery {
  /** `undefined` for a plain HTTP request. */
  readonly client?: "SQS" | "SNS" | "EventBridge" | "Kinesis" | "Lambda" | "SFN";
  readonly command?: string;
  input?(aws: Aws): object;
  /** By name, how each of them comes about. */
  events(aws: Aws): Promise<Readonly<Record<string, Delivered>>>;
  /** The names of those events. */
  readonly names: readonly string[];
}

const ORDER = '{"order":17}';
const context = { ...lambdaContext() };

/** By the command's name. */
export const deliveries: Readonly<Record<string, Delivery>> = {
  "HTTP request": {
    names: ["HTTP API"],
    events: async (aws) => ({ "HTTP API": { event: await aws.httpEvent(), context } }),
  },
  "SQS SendMessage": {
    client: "SQS",
    command: "SendMessage",
    input: (aws) => ({ QueueUrl: aws.queueUrl("alone"), MessageBody: ORDER }),
    names: ["SQS"],
    events: async (aws) => ({ SQS: queued(await aws.messages("alone", 1)) }),
  },
  "SQS SendMessageBatch": {
    client: "SQS",
    command: "SendMessageBatch",
    input: (aws) => ({
      QueueUrl: aws.queueUrl("alone"),
      Entries: ["a", "b"].map((Id) => ({ Id, MessageBody: JSON.stringify({ order: Id }) })),
    }),
    names: ["SQS batch"],
    events: async (aws) => ({ "SQS batch": queued((await aws.messages("alone", 2)).sort(byBody)) }),
  },
  "SNS Publish": {
    client: "SNS",
    command: "Publish",
    input: (aws) => ({ TopicArn: aws.topicArn, Message: ORDER }),
    names: ["SNS", "SNS to SQS", "SNS to SQS, raw"],
    events: async (aws) => ({
      SNS: notified(await aws.messages("function", 1)),
      "SNS to SQS": queued(await aws.messages("wrapped", 1)),
      "SNS to SQS, raw": queued(await aws.messages("raw", 1)),
    }),
  },
  "SNS PublishBatch": {
    client: "SNS",
    command: "PublishBatch",
    input: (aws) => ({
      TopicArn: aws.topicArn,
      PublishBatchRequestEntries: ["a", "b"].map((Id) => ({ Id, Message: JSON.stringify({ order: Id }) })),
    }),
    names: ["SNS batch", "SNS batch to SQS", "SNS batch to SQS, raw"],
    events: async (aws) => ({
      "SNS batch": notified((await aws.messages("function", 2)).sort(byBody)),
      "SNS batch to SQS": queued((await aws.messages("wrapped", 2)).sort(byBody)),
      "SNS batch to SQS, raw": queued((await aws.messages("raw", 2)).sort(byBody)),
    }),
  },
  "EventBridge PutEvents": {
    client: "EventBridge",
    command: "PutEvents",
    input: () => ({ Entries: [{ Source: "com.example.orders", DetailType: "OrderPlaced", Detail: ORDER }] }),
    names: ["EventBridge", "EventBridge to SQS"],
    async events(aws) {
      const event = await aws.busEvent();
      const body = JSON.stringify(event);
      return {
        EventBridge: { event, context },
        "EventBridge to SQS": { event: sqsEvent([{ body }]), context },
      };
    },
  },
  "Kinesis PutRecord": {
    client: "Kinesis",
    command: "PutRecord",
    input: () => ({ StreamName: "orders", PartitionKey: "17", Data: ORDER }),
    names: ["Kinesis"],
    events: async (aws) => ({ Kinesis: streamed([JSON.parse((await aws.request()).body)]) }),
  },
  "Kinesis PutRecords": {
    client: "Kinesis",
    command: "PutRecords",
    input: () => ({
      StreamName: "orders",
      Records: ["a", "b"].map((key) => ({ PartitionKey: key, Data: JSON.stringify({ order: key }) })),
    }),
    names: ["Kinesis batch"],
    events: async (aws) => ({ "Kinesis batch": streamed(JSON.parse((await aws.request()).body).Records) }),
  },
  "Lambda Invoke": {
    client: "Lambda",
    command: "Invoke",
    input: () => ({ FunctionName: "charge", Payload: ORDER }),
    names: ["Lambda"],
    events: async (aws) => ({ Lambda: invoked(await aws.request()) }),
  },
  "Lambda Invoke, asynchronously": {
    client: "Lambda",
    command: "Invoke",
    input: () => ({ FunctionName: "charge", Payload: ORDER, InvocationType: "Event" }),
    names: ["Lambda, asynchronous"],
    events: async (aws) => ({ "Lambda, asynchronous": invoked(await aws.request()) }),
  },
  "Step Functions StartExecution": {
    client: "SFN",
    command: "StartExecution",
    input: () => ({ stateMachineArn: MACHINE, input: ORDER }),
    names: [
      "Step Functions, input",
      "Step Functions, fields",
      "Step Functions, JsonMerge",
      "Step Functions, JSONata",
    ],
    async events(aws) {
      const input = JSON.parse(JSON.parse((await aws.request()).body).input);
      return {
        "Step Functions, input": { event: input, context },
        "Step Functions, fields": { event: contextObject(input), context },
        "Step Functions, JsonMerge": { event: { ...input, ...contextObject(input) }, context },
        "Step Functions, JSONata": { event: { ...input, _datadog: merged(input) }, context },
      };
    },
  },
};

function queued(records: readonly SQSRecord[]): Delivered {
  return { event: { Records: records }, context };
}

/** A topic invokes a function with what it puts into a queue as the message's body. It sends one record each. */
function notified(records: readonly SQSRecord[]): Delivered {
  const Records = records.flatMap(({ body }) => snsEvent(JSON.parse(body)).Records);
  return { event: { Records }, context };
}

function byBody(a: SQSRecord, b: SQSRecord): number {
  return orderOf(a) < orderOf(b) ? -1 : 1;
}

function orderOf({ body }: SQSRecord): string {
  const { order, Message } = JSON.parse(body);
  return order ?? JSON.parse(Message).order;
}

function streamed(records: readonly { readonly Data: string; readonly PartitionKey: string }[]): Delivered {
  const Records = records.map(({ Data, PartitionKey }, index) => {
    const sequenceNumber = `4954511525109060905872766205904${index}`;
    return {
      kinesis: {
        kinesisSchemaVersion: "1.0",
        partitionKey: PartitionKey,
        sequenceNumber,
        data: Data,
        approximateArrivalTimestamp: 1795167015.123,
      },
      eventSource: "aws:kinesis",
      eventVersion: "1.0",
      eventID: `shardId-000000000006:${sequenceNumber}`,
      eventName: "aws:kinesis:record",
      invokeIdentityArn: "arn:aws:iam::123456789012:role/orders",
      awsRegion: "us-east-1",
      eventSourceARN: "arn:aws:kinesis:us-east-1:123456789012:stream/orders",
    };
  });
  return { event: { Records }, context };
}

function invoked({ headers, body }: Awaited<ReturnType<Aws["request"]>>): Delivered {
  const sent = headers["x-amz-client-context"];
  const clientContext = sent && JSON.parse(Buffer.from(String(sent), "base64").toString("utf8"));
  return { event: JSON.parse(body), context: { ...context, clientContext } };
}

const MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";

/** What a task's `$$` is. */
export function contextObject(
  input: object,
): Readonly<Record<"Execution" | "State" | "StateMachine", object>> {
  return {
    Execution: {
      Id: "arn:aws:states:us-east-1:123456789012:execution:orders:3f7ef5c7",
      Input: input,
      Name: "3f7ef5c7",
      RoleArn: "arn:aws:iam::123456789012:role/orders",
      StartTime: "2026-11-20T09:30:14.000Z",
      RedriveCount: 0,
    },
    State: { Name: "charge", EnteredTime: "2026-11-20T09:30:15.123Z", RetryCount: 0 },
    StateMachine: { Id: MACHINE, Name: "orders" },
  };
}

/** What Datadog has a JSONata state machine hand to its tasks: the context object without its input, and the upstream's ids. */
function merged(input: { readonly _datadog?: Readonly<Record<string, string>> }): object {
  const { Execution, ...rest } = contextObject({});
  const { Input: _, ...execution } = Execution as { readonly Input: object };
  const { "x-datadog-trace-id": id, "x-datadog-tags": tags } = input._datadog ?? {};
  const upstream = { "x-datadog-trace-id": id, "x-datadog-tags": tags };
  return { Execution: execution, ...rest, ...upstream, "serverless-version": "v1" };
}
