import {
  DescribeExecutionCommand,
  ListStateMachinesCommand,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  type StartExecutionCommandInput,
  StartSyncExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { LocalServer } from "../../src/local-server.ts";
import { startStepFunctions } from "../../src/states/endpoint.ts";
import { stateMachine } from "../../src/states/state-machine.ts";

const FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:charge";
const WAIT = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
let broken = false;
let tokens: string[] = [];
const deliveries: unknown[] = [];
const functions = {
  charge: async (event: unknown, { traceHeader }: { traceHeader?: string | undefined }) => {
    deliveries.push(traceHeader);
    if (broken) throw new RangeError("too far");
    return { charged: event };
  },
};
const one = (Resource: string) => ({
  StartAt: "a",
  States: {
    a: {
      Type: "Task",
      Resource,
      Parameters: { "in.$": "$", "context.$": "$$" },
      ResultPath: "$.result",
      End: true,
    },
  },
});
const plain = (name: string, type?: "EXPRESS") =>
  stateMachine({
    name,
    type,
    definition: { StartAt: "a", States: { a: { Type: "Task", Resource: FUNCTION, End: true } } },
    functions,
  });
const orders = plain("orders");
const quick = plain("quick", "EXPRESS");
const asking = stateMachine({
  name: "asking",
  definition: one(WAIT),
  tasks: {
    [WAIT]: async (_, { context }) => {
      tokens.push(context.Task?.Token ?? "");
    },
  },
});

let endpoint: LocalServer;
let client: SFNClient;
beforeAll(async () => {
  endpoint = await startStepFunctions({ machines: [orders, quick, asking] });
  client = new SFNClient({
    endpoint: endpoint.url,
    region: "us-east-1",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    disableHostPrefix: true,
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await endpoint.close();
});
beforeEach(() => {
  broken = false;
  tokens = [];
  deliveries.length = 0;
});

let names = 0;
const start = (input: Partial<StartExecutionCommandInput> = {}) =>
  client.send(new StartExecutionCommand({ stateMachineArn: orders.arn, name: `n${++names}`, ...input }));
const describe = (executionArn: string | undefined) =>
  client.send(new DescribeExecutionCommand({ executionArn }));
const ended = () => Promise.all(orders.executions.map(({ done }) => done));

test("an execution is started, and can be described when it is over", async () => {
  const { executionArn, startDate } = await start({ name: "first", input: '{"order":17}' });
  expect(executionArn).toBe("arn:aws:states:us-east-1:123456789012:execution:orders:first");
  await ended();
  expect(await describe(executionArn)).toMatchObject({
    name: "first",
    status: "SUCCEEDED",
    startDate,
    stopDate: expect.any(Date),
    stateMachineArn: orders.arn,
    input: '{"order":17}',
    output: '{"charged":{"order":17}}',
    redriveCount: 0,
    redriveStatus: "NOT_REDRIVABLE",
  });
});

test("a synchronous execution gives its end, success or not", async () => {
  const sync = () => client.send(new StartSyncExecutionCommand({ stateMachineArn: quick.arn, input: "1" }));
  expect(await sync()).toMatchObject({
    status: "SUCCEEDED",
    output: '{"charged":1}',
    executionArn: expect.stringMatching(/:express:quick:[0-9a-f-]{36}:[0-9a-f-]{36}$/),
    billingDetails: { billedMemoryUsedInMB: 64 },
  });
  broken = true;
  expect(await sync()).toMatchObject({
    status: "FAILED",
    error: "RangeError",
    cause: '{"errorType":"RangeError","errorMessage":"too far"}',
  });
});

test("a trace header in the body reaches functions; the request's own is preferred", async () => {
  await start({ traceHeader: "Root=1-body" });
  await ended();
  const command = new StartExecutionCommand({ stateMachineArn: orders.arn, traceHeader: "Root=1-body" });
  command.middlewareStack.add(
    (next) => (args) => {
      Object.assign((args.request as { headers: object }).headers, { "x-amzn-trace-id": "Root=1-header" });
      return next(args);
    },
    { step: "build" },
  );
  await client.send(command);
  await ended();
  expect(deliveries).toEqual(["Root=1-body", "Root=1-header"]);
});

test("a failed execution is redriven", async () => {
  broken = true;
  const { executionArn } = await start();
  await ended();
  expect(await describe(executionArn)).toMatchObject({ status: "FAILED", redriveStatus: "REDRIVABLE" });
  broken = false;
  const { redriveDate } = await client.send(new RedriveExecutionCommand({ executionArn }));
  await ended();
  expect(await describe(executionArn)).toMatchObject({ status: "SUCCEEDED", redriveCount: 1, redriveDate });
  await expect(client.send(new RedriveExecutionCommand({ executionArn }))).rejects.toMatchObject({
    name: "ExecutionNotRedrivable",
  });
});

test("a token is reported, once", async () => {
  const [first, second] = [asking.start({ n: 1 }), asking.start({ n: 2 })];
  while (tokens.length < 2) await new Promise(setImmediate);
  const [taskToken = "", other = ""] = tokens;
  await client.send(new SendTaskSuccessCommand({ taskToken, output: '{"ok":true}' }));
  await client.send(new SendTaskFailureCommand({ taskToken: other, error: "No", cause: "why" }));
  expect(await first.done).toEqual({ status: "SUCCEEDED", output: { n: 1, result: { ok: true } } });
  expect(await second.done).toEqual({ status: "FAILED", error: "No", cause: "why" });
  await expect(client.send(new SendTaskSuccessCommand({ taskToken, output: "{}" }))).rejects.toMatchObject({
    name: "InvalidToken",
  });
});

test("an execution is stopped", async () => {
  const { executionArn } = await start({ stateMachineArn: asking.arn });
  await client.send(new StopExecutionCommand({ executionArn, error: "Enough" }));
  await asking.executions.at(-1)?.done;
  expect(await describe(executionArn)).toMatchObject({ status: "ABORTED", error: "Enough" });
});

test("a name is taken once: the same start is repeated while it runs, no other", async () => {
  const again = { stateMachineArn: asking.arn, name: "same", input: "{}" };
  const { executionArn } = await start(again);
  expect((await start(again)).executionArn).toBe(executionArn);
  await expect(start({ ...again, input: "1" })).rejects.toMatchObject({ name: "ExecutionAlreadyExists" });
  await client.send(new StopExecutionCommand({ executionArn }));
  await asking.executions.at(-1)?.done;
  await expect(start(again)).rejects.toMatchObject({ name: "ExecutionAlreadyExists" });
});

const large = (bytes: number) => `"${"é".repeat((bytes - 2) / 2)}"`;

test.each<[string, Partial<StartExecutionCommandInput>, string]>([
  ["input that is no JSON", { input: "{" }, "InvalidExecutionInput"],
  ["input beyond 262,144 bytes", { input: large(262_146) }, "ValidationException"],
  ["a name with a space", { name: "a b" }, "InvalidName"],
  ["a name of 81 characters", { name: "n".repeat(81) }, "InvalidName"],
  ["a trace header of 257 characters", { traceHeader: "x".repeat(257) }, "ValidationException"],
  ["a machine that is none", { stateMachineArn: `${orders.arn}x` }, "StateMachineDoesNotExist"],
  ["an ARN that is none", { stateMachineArn: "orders" }, "InvalidArn"],
])("a start with %s is refused", async (_, input, name) => {
  const before = orders.executions.length;
  await expect(start(input)).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  expect(orders.executions).toHaveLength(before);
});

test("input of 262,144 bytes and a header of 256 are taken", async () => {
  await start({ input: large(262_144), traceHeader: "x".repeat(256) });
});

test("a standard machine has no synchronous executions, an express one none to describe", async () => {
  const sync = new StartSyncExecutionCommand({ stateMachineArn: orders.arn });
  await expect(client.send(sync)).rejects.toMatchObject({ name: "StateMachineTypeNotSupported" });
  await expect(describe(quick.start().arn)).rejects.toMatchObject({ name: "InvalidArn" });
  await expect(describe(`${orders.arn.replace("stateMachine", "execution")}:no`)).rejects.toMatchObject({
    name: "ExecutionDoesNotExist",
  });
});

test("another operation is unknown", async () => {
  await expect(client.send(new ListStateMachinesCommand({}))).rejects.toMatchObject({
    name: "UnknownOperationException",
  });
});
