import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  ListSchedulesCommand,
  SchedulerClient,
  type Target,
} from "@aws-sdk/client-scheduler";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Delivery } from "../../src/runtime/function-target.ts";
import { type Scheduler, startScheduler } from "../../src/services/scheduler.ts";

const Arn = "arn:aws:lambda:us-east-1:123456789012:function:remind";
const RoleArn = "arn:aws:iam::123456789012:role/scheduler";
let scheduler: Scheduler;
let client: SchedulerClient;
let calls: { event: unknown; delivery: Delivery }[];

beforeAll(async () => {
  scheduler = await startScheduler({
    functions: { remind: async (event, delivery) => calls.push({ event, delivery }) },
  });
  client = new SchedulerClient({
    endpoint: scheduler.url,
    region: "us-east-1",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await scheduler.close();
});
beforeEach(() => {
  calls = [];
});

let names = 0;
const create = async (target: Partial<Target> = {}, input: Partial<CreateScheduleCommandInput> = {}) => {
  const output = await client.send(
    new CreateScheduleCommand({
      Name: `order-${++names}`,
      ScheduleExpression: "at(2030-01-02T03:04:05)",
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: { Arn, RoleArn, ...target },
      ...input,
    }),
  );
  await scheduler.idle();
  return output;
};

test("the target's input is the event", async () => {
  const { ScheduleArn } = await create({ Input: '{"order":17}' }, { Name: "first" });
  expect(ScheduleArn).toBe("arn:aws:scheduler:us-east-1:123456789012:schedule/default/first");
  expect(calls).toEqual([
    {
      event: { order: 17 },
      delivery: { traceHeader: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/) },
    },
  ]);
});

test("context attributes are put in", async () => {
  const Input =
    '{"arn":"<aws.scheduler.schedule-arn>","time":"<aws.scheduler.scheduled-time>","id":"of <aws.scheduler.execution-id>","attempt":<aws.scheduler.attempt-number>,"no":"<aws.scheduler.other>"}';
  const { ScheduleArn } = await create({ Input });
  expect(calls[0]?.event).toEqual({
    arn: ScheduleArn,
    time: "2030-01-02T03:04:05Z",
    id: expect.stringMatching(/^of [0-9a-f]{16}$/),
    attempt: 1,
    no: "<aws.scheduler.other>",
  });
});

test("without an input it is a scheduled event", async () => {
  const { ScheduleArn } = await create();
  expect(calls[0]?.event).toEqual({
    version: "0",
    id: expect.any(String),
    "detail-type": "Scheduled Event",
    source: "aws.scheduler",
    account: "123456789012",
    time: "2030-01-02T03:04:05Z",
    region: "us-east-1",
    resources: [ScheduleArn],
    detail: "{}",
  });
});

test.each<[string, Partial<Target>, Partial<CreateScheduleCommandInput>, string]>([
  ["an input over 256 KB", { Input: `"${"x".repeat(262_143)}"` }, {}, "ValidationException"],
  ["an empty input", { Input: "" }, {}, "ValidationException"],
  ["an input that is no JSON", { Input: "{" }, {}, "ValidationException"],
  ["an unknown function", { Arn: `${Arn}er` }, {}, "ValidationException"],
  ["an expression that is none", {}, { ScheduleExpression: "tomorrow" }, "ValidationException"],
  ["a name with a space", {}, { Name: "a b" }, "ValidationException"],
  ["a name that is taken", {}, { Name: "first" }, "ConflictException"],
])("%s is refused", async (_, target, input, name) => {
  await expect(create(target, input)).rejects.toMatchObject({ name });
  expect(calls).toEqual([]);
});

test.each(["rate(5 minutes)", "cron(0 10 * * ? *)"])("%s fires once, too", async (ScheduleExpression) => {
  await create({ Input: `"${"x".repeat(262_142)}"` }, { ScheduleExpression });
  expect(calls).toHaveLength(1);
});

test("another operation is unknown", async () => {
  await expect(client.send(new ListSchedulesCommand({}))).rejects.toMatchObject({
    name: "UnknownOperationException",
  });
});
