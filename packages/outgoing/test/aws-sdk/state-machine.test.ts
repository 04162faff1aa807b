import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { traceStateMachine } from "@throughline/payloads";
import {
  type EventBus,
  type QueueMapping,
  startEventBus,
  startQueueMapping,
  startStepFunctions,
  stateMachine,
} from "@throughline/testing";
import { resolve } from "@throughline/triggers";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { traced } from "../../src/index.ts";
import { inSpan, local, recordSpans, takeSpans } from "./spans.ts";

// Whose event each function got.
let events: Record<string, unknown> = {};
let aws: FauxqsServer;
let bus: EventBus;
let [sqs, sns, eventbridge]: [SQSClient?, SNSClient?, EventBridgeClient?] = [];
const mappings: QueueMapping[] = [];
let QueueUrl = "";
let TopicArn = "";

beforeAll(async () => {
  recordSpans();
  aws = await startFauxqs({ port: 0, logger: false });
  bus = await startEventBus({ targets: [getting("notify")] });
  sqs = new SQSClient(local(`http://127.0.0.1:${aws.port}`));
  sns = new SNSClient(local(`http://127.0.0.1:${aws.port}`));
  eventbridge = new EventBridgeClient(local(bus.url));
  TopicArn = (await sns.send(new CreateTopicCommand({ Name: "items" }))).TopicArn ?? "";
  QueueUrl = await queueFor("pack");
  await queueFor("ship");
  const Endpoint = "arn:aws:sqs:us-east-1:000000000000:ship";
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint }));
});
afterAll(async () => {
  await Promise.all(mappings.map((mapping) => mapping.stop()));
  for (const client of [sqs, sns, eventbridge]) client?.destroy();
  await Promise.all([aws.stop(), bus.close()]);
});

const getting = (name: string) => async (event: unknown) => {
  events[name] = event;
};

async function queueFor(name: string): Promise<string> {
  const created = await sqs?.send(new CreateQueueCommand({ QueueName: name }));
  const queueUrl = created?.QueueUrl ?? "";
  const queueArn = `arn:aws:sqs:us-east-1:000000000000:${name}`;
  mappings.push(startQueueMapping({ sqs: sqs as SQSClient, queueUrl, queueArn, invoke: getting(name) }));
  return queueUrl;
}

/** What each task sends in which fields, and the name of the function that gets it. */
const tasks = (): [string, string, object][] => [
  ["charge", "lambda:invoke", { FunctionName: "charge", Payload: { order: 7 } }],
  ["pack", "sqs:sendMessage", { QueueUrl, MessageBody: "order 7" }],
  ["ship", "sns:publish", { TopicArn, Message: "order 7" }],
  [
    "notify",
    "events:putEvents",
    { Entries: [{ Source: "orders", DetailType: "Placed", Detail: { order: 7 } }] },
  ],
  ["bill", "states:startExecution.sync:2", { StateMachineArn: "billing", Input: { order: 7 } }],
];

const invoking = (name: string, field: string) => ({
  StartAt: name,
  States: {
    [name]: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      [field]: { FunctionName: name, Payload: {} },
      End: true,
    },
  },
});

/** Does what service integrations do, by the services' own clients. */
function integrations(QueryLanguage: string, field: string) {
  const functions = { charge: getting("charge"), bill: getting("bill") };
  const { definition } = traceStateMachine({ QueryLanguage, ...invoking("bill", field) });
  const billing = stateMachine({ name: "billing", definition: definition as never, functions });
  const detailText = ({ Detail, ...entry }: { Detail?: unknown }) => ({
    ...entry,
    Detail: JSON.stringify(Detail),
  });
  return {
    functions,
    tasks: {
      "arn:aws:states:::sqs:sendMessage": async (input: unknown) =>
        sqs?.send(new SendMessageCommand(input as never)).then(() => ({})),
      "arn:aws:states:::sns:publish": async (input: unknown) =>
        sns?.send(new PublishCommand(input as never)).then(() => ({})),
      "arn:aws:states:::events:putEvents": async (input: unknown) => {
        const Entries = (input as { Entries: object[] }).Entries.map(detailText);
        await eventbridge?.send(new PutEventsCommand({ Entries }));
        return {};
      },
      "arn:aws:states:::states:startExecution.sync:2": async (input: unknown) =>
        (await billing.start((input as { Input: unknown }).Input).done).output,
    },
  };
}

test.each([
  ["JSONPath", "Parameters"],
  ["JSONata", "Arguments"],
])(
  "every function that a traced machine in %s leads to continues the trace that started it",
  async (language, field) => {
    events = {};
    const states = tasks().map(([name, action, fields], index, all) => [
      name,
      {
        Type: "Task",
        Resource: `arn:aws:states:::${action}`,
        [field]: fields,
        ...(index + 1 < all.length ? { Next: all[index + 1]?.[0] } : { End: true }),
      },
    ]);
    const definition = { QueryLanguage: language, StartAt: "charge", States: Object.fromEntries(states) };
    const orders = stateMachine({
      name: "orders",
      definition: traceStateMachine(definition).definition as never,
      ...integrations(language, field),
    });
    const endpoint = await startStepFunctions({ machines: [orders] });
    const client = traced(new SFNClient(local(endpoint.url)));
    await inSpan("work", () =>
      client.send(new StartExecutionCommand({ stateMachineArn: orders.arn, input: '{"a":1}' })),
    );
    await expect(orders.executions[0]?.done).resolves.toMatchObject({ status: "SUCCEEDED" });
    await expect
      .poll(() => Object.keys(events).toSorted(), { timeout: 20_000 })
      .toEqual(
        tasks()
          .map(([name]) => name)
          .toSorted(),
      );
    client.destroy();
    await endpoint.close();

    const [span] = takeSpans();
    const { traceId, spanId } = span?.spanContext() ?? {};
    for (const [name] of tasks()) {
      const { parentage } = resolve(events[name], undefined);
      expect([name, parentage.parent]).toEqual([
        name,
        expect.objectContaining({ traceId, spanId, sampled: true }),
      ]);
    }
  },
);
