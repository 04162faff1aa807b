import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  SchedulerClient,
  type Target,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { SpanKind } from "@opentelemetry/api";
import { w3c, xray } from "@throughline/propagation";
import { type Scheduler, startScheduler } from "@throughline/testing";
import { resolve } from "@throughline/triggers";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type ClientOptions, traced } from "../../../src/index.ts";
import { frozen } from "../frozen.ts";
import { oddInputs } from "../odd.ts";
import { idsOf, inSpan, local, recordSpans, takeSpans } from "../spans.ts";

const RoleArn = "arn:aws:iam::123456789012:role/scheduler";
const LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:remind";
const ONCE = "at(2030-01-31T09:00:00)";

let scheduler: Scheduler;
let events: unknown[] = [];

beforeAll(async () => {
  recordSpans();
  scheduler = await startScheduler({ functions: { remind: async (event) => events.push(event) } });
});
beforeEach(() => {
  events = [];
  takeSpans();
});
afterAll(() => scheduler.close());

const clientOf = (options?: ClientOptions) => traced(new SchedulerClient(local(scheduler.url)), options);
const bodyOf = (request: unknown) =>
  JSON.parse(new TextDecoder().decode((request as { body: Uint8Array }).body));

interface Schedule extends Partial<Omit<CreateScheduleCommandInput, "Target">> {
  readonly target?: Partial<Target>;
}

/** The send's span, what the request said, and the event of the function that the schedule invoked. */
async function create({ target, ...rest }: Schedule, options?: ClientOptions) {
  const command = frozen({
    Name: crypto.randomUUID(),
    ScheduleExpression: ONCE,
    FlexibleTimeWindow: { Mode: "OFF" as const },
    Target: { Arn: LAMBDA, RoleArn, ...target },
    ...rest,
  });
  const client = clientOf(options);
  // The first request is the one with the context, which the stand-in, having functions only, may refuse.
  const sent: { Target?: { Input?: string } }[] = [];
  client.middlewareStack.add(
    (next) => (args) => {
      sent.push(bodyOf(args.request));
      return next(args);
    },
    { step: "finalizeRequest" },
  );
  await inSpan("work", () => client.send(new CreateScheduleCommand(command)).catch(() => undefined));
  await scheduler.idle();
  client.destroy();
  return { span: takeSpans()[0], event: events.at(-1), input: sent[0]?.Target?.Input };
}

test("what a one-time schedule invokes continues the span that created it", async () => {
  const { span, event } = await create({ target: { Input: '{"order":7}' } });
  expect(event).toMatchObject({ order: 7 });
  expect(resolve(event, undefined).parentage.parent).toMatchObject({ ...idsOf(span), sampled: true });
  expect(span).toMatchObject({
    name: "Scheduler.CreateSchedule",
    kind: SpanKind.CLIENT,
    attributes: { "rpc.method": "Scheduler/CreateSchedule", "cloud.region": "us-east-1" },
  });
});

test.each(["rate(5 minutes)", "cron(0 9 * * ? *)"])(
  "one that recurs, %s, belongs to no trace",
  async (ScheduleExpression) => {
    expect((await create({ ScheduleExpression, target: { Input: '{"order":7}' } })).event).toEqual({
      order: 7,
    });
  },
);

test("without an input the function gets the schedule's own event", async () => {
  expect((await create({})).event).toMatchObject({ source: "aws.scheduler" });
});

test("placeholders stay, and are replaced", async () => {
  const Input = '{"at":"<aws.scheduler.scheduled-time>","id":"<aws.scheduler.execution-id>"}';
  const { event, input } = await create({ target: { Input } });
  expect(input).toMatch(`${Input.slice(0, -1)},"_datadog":`);
  expect(event).toMatchObject({ at: "2030-01-31T09:00:00Z", id: expect.stringMatching(/^[0-9a-f]+$/) });
});

const QUEUE = "arn:aws:sqs:us-east-1:123456789012:reminders";

test.each([
  ["a placeholder without quotes", LAMBDA, '{"attempt":<aws.scheduler.attempt-number>}'],
  ["a text", LAMBDA, '"order 7"'],
  [
    "a universal target's request",
    "arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
    '{"QueueUrl":"q","MessageBody":"b"}',
  ],
  ["an ECS task's overrides", "arn:aws:ecs:us-east-1:123456789012:cluster/jobs", '{"containerOverrides":[]}'],
])("an input that is %s stays as it is", async (_, Arn, Input) => {
  expect((await create({ target: { Arn, Input } })).input).toBe(Input);
});

test.each([
  QUEUE,
  "arn:aws:sns:us-east-1:123456789012:reminders",
  "arn:aws:states:us-east-1:123456789012:stateMachine:reminders",
  "arn:aws:events:us-east-1:123456789012:event-bus/default",
  "arn:aws:kinesis:us-east-1:123456789012:stream/reminders",
  "arn:aws-cn:lambda:cn-north-1:123456789012:function:remind",
])("the input for %s carries it", async (Arn) => {
  const { span, input } = await create({ target: { Arn, Input: "{}" } });
  expect(resolve(JSON.parse(String(input)), undefined).parentage.parent).toMatchObject(idsOf(span));
});

test("a message that comes by way of a queue continues it too", async () => {
  const { span, input: body } = await create({ target: { Arn: QUEUE, Input: '{"order":7}' } });
  const { parentage } = resolve(
    { Records: [{ eventSource: "aws:sqs", eventSourceARN: QUEUE, body }] },
    undefined,
  );
  expect(parentage.parent).toMatchObject(idsOf(span));
});

test("a request with a token of its own stays: asked for again, it must be the same", async () => {
  const schedule = { ClientToken: "order-7", target: { Input: "{}" } };
  expect((await create(schedule)).input).toBe("{}");
  // Unless the user insists.
  const { input } = await create(schedule, { envelopes: { scheduler: true } });
  expect(input).toContain("traceparent");
});

test("an update carries it; what an earlier trace wrote stays, and is linked", async () => {
  const client = clientOf();
  const inputs: unknown[] = [];
  client.middlewareStack.add(
    (next) => (args) => {
      inputs.push(bodyOf(args.request).Target.Input);
      return next(args);
    },
    { step: "finalizeRequest" },
  );
  const update = (Input: string) => {
    const Target = { Arn: LAMBDA, RoleArn, Input };
    const schedule = {
      Name: "order-7",
      ScheduleExpression: ONCE,
      FlexibleTimeWindow: { Mode: "OFF" as const },
    };
    return inSpan("work", () =>
      client.send(new UpdateScheduleCommand({ ...schedule, Target })).catch(() => undefined),
    );
  };
  await update("{}");
  const [first] = takeSpans();
  await update(String(inputs[0]));
  const [second] = takeSpans();
  client.destroy();
  expect(inputs[0]).toContain(first?.spanContext().spanId);
  expect(inputs[1]).toBe(inputs[0]);
  expect(second?.links.map(({ context }) => context.spanId)).toEqual([first?.spanContext().spanId]);
});

test("by option every input stays as it is", async () => {
  const { input } = await create({ target: { Input: "{}" } }, { envelopes: { scheduler: false } });
  expect(input).toBe("{}");
});

test("an input carries what fits into 262,144 bytes", async () => {
  const options = { formats: [w3c, xray] };
  const inputOf = async (bytes: number) =>
    (await create({ target: { Input: JSON.stringify({ a: "x".repeat(bytes) }) } }, options)).input ?? "";
  const keysAt = async (bytes: number) => Object.keys(JSON.parse(await inputOf(bytes))._datadog ?? {});
  const added = (await inputOf(0)).length;
  expect(await keysAt(262_144 - added)).toEqual(["traceparent", "x-amzn-trace-id"]);
  expect(await keysAt(262_144 - added + 1)).toEqual(["traceparent"]);
  expect(await keysAt(262_144 - '{"a":""}'.length)).toEqual([]);
});

test("an odd schedule is answered as without us", async () => {
  const [client, plain] = [clientOf(), new SchedulerClient(local(scheduler.url))];
  const odds = oddInputs("ScheduleExpression", "Target", "FlexibleTimeWindow", "ClientToken");
  await fc.assert(
    fc.asyncProperty(
      odds,
      oddInputs("Arn", "Input", "RoleArn"),
      fc.boolean(),
      async (input, target, nested) => {
        const schedule = {
          Name: "odd",
          ScheduleExpression: ONCE,
          ...input,
          ...(nested && { Target: target }),
        };
        const outcome = (by: SchedulerClient) =>
          by.send(new CreateScheduleCommand(schedule as never)).then(
            () => "created",
            ({ name }: Error) => name,
          );
        expect(await outcome(client)).toEqual(await outcome(plain));
      },
    ),
    { numRuns: 60 },
  );
  for (const one of [client, plain]) one.destroy();
});
