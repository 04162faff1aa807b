import { expect, test } from "vitest";
import { FunctionError } from "../../src/runtime/answer.ts";
import type { StateDefinition } from "../../src/states/definition.ts";
import { type StateMachineOptions, stateMachine } from "../../src/states/state-machine.ts";

type Options = Omit<StateMachineOptions, "name" | "definition">;

const machine = (
  States: Record<string, StateDefinition>,
  options: Options = {},
  QueryLanguage = "JSONPath",
) =>
  stateMachine({
    name: "orders",
    definition: { StartAt: Object.keys(States)[0] ?? "", States, QueryLanguage },
    ...options,
  });

const run = (
  States: Record<string, StateDefinition>,
  input: unknown = {},
  options: Options = {},
  language?: string,
) => machine(States, options, language).start(input).done;

const INVOKE = "arn:aws:states:::lambda:invoke";
const LEGACY = "arn:aws:lambda:us-east-1:123456789012:function:charge";
const charge = async (event: unknown) => ({ charged: event });

test("the optimized integration invokes with Payload and gives Lambda's answer", async () => {
  const task: StateDefinition = {
    Type: "Task",
    Resource: INVOKE,
    Parameters: { FunctionName: `${LEGACY}:live`, "Payload.$": "$.order" },
    End: true,
  };
  expect(await run({ task }, { order: 17 }, { functions: { charge } })).toEqual({
    status: "SUCCEEDED",
    output: {
      ExecutedVersion: "$LATEST",
      Payload: { charged: 17 },
      StatusCode: 200,
      SdkHttpMetadata: expect.objectContaining({ HttpStatusCode: 200 }),
      SdkResponseMetadata: { RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    },
  });
});

test("a function's ARN as resource gives its bare result", async () => {
  const task: StateDefinition = { Type: "Task", Resource: LEGACY, End: true };
  expect(await run({ task }, { order: 17 }, { functions: { charge } })).toEqual({
    status: "SUCCEEDED",
    output: { charged: { order: 17 } },
  });
});

test("the context object is whole", async () => {
  const seen: unknown[] = [];
  const charge = async (event: unknown) => {
    seen.push(event);
    return {};
  };
  const task: StateDefinition = {
    Type: "Task",
    Resource: LEGACY,
    Parameters: { "context.$": "$$" },
    End: true,
  };
  const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const execution = machine({ task }, { functions: { charge } }).start({ order: 17 }, { name: "first" });
  await execution.done;
  expect(seen).toEqual([
    {
      context: {
        Execution: {
          Id: "arn:aws:states:us-east-1:123456789012:execution:orders:first",
          Input: { order: 17 },
          Name: "first",
          RoleArn: "arn:aws:iam::123456789012:role/orders",
          StartTime: iso,
          RedriveCount: 0,
        },
        State: { EnteredTime: iso, Name: "task", RetryCount: 0 },
        StateMachine: { Id: "arn:aws:states:us-east-1:123456789012:stateMachine:orders", Name: "orders" },
      },
    },
  ]);
});

test("a retry enters no new state: the time stays, the count rises", async () => {
  let calls = 0;
  const charge = async () => {
    calls += 1;
    if (calls < 3) throw new FunctionError({ errorType: "CardError", errorMessage: "declined" });
    return "ok";
  };
  const task: StateDefinition = {
    Type: "Task",
    Resource: LEGACY,
    Retry: [{ ErrorEquals: ["CardError"], MaxAttempts: 2 }],
    End: true,
  };
  const execution = machine({ task }, { functions: { charge } }).start();
  expect(await execution.done).toEqual({ status: "SUCCEEDED", output: "ok" });
  expect(execution.visits.map(({ State }) => State.RetryCount)).toEqual([0, 1, 2]);
  expect(new Set(execution.visits.map(({ State }) => State.EnteredTime)).size).toBe(1);
});

test("a retrier has its attempts, and then the failure stays", async () => {
  let calls = 0;
  const charge = async () => {
    calls += 1;
    throw new Error("no");
  };
  const Retry = [{ ErrorEquals: ["States.ALL"], MaxAttempts: 1 }];
  const task: StateDefinition = { Type: "Task", Resource: LEGACY, Retry, End: true };
  expect(await run({ task }, {}, { functions: { charge } })).toMatchObject({
    status: "FAILED",
    error: "Error",
  });
  expect(calls).toBe(2);
});

test("a redrive continues at what failed, with a higher count", async () => {
  let broken = true;
  const calls: unknown[] = [];
  const charge = async (event: unknown) => {
    calls.push(event);
    if (broken && event === "b") throw new Error("no");
    return event;
  };
  const execution = machine(
    {
      first: { Type: "Task", Resource: LEGACY, Parameters: { "a.$": "$.a" }, ResultPath: null, Next: "each" },
      each: {
        Type: "Map",
        ItemsPath: "$.items",
        MaxConcurrency: 1,
        ItemProcessor: { StartAt: "one", States: { one: { Type: "Task", Resource: LEGACY, End: true } } },
        End: true,
      },
    },
    { functions: { charge } },
  ).start({ a: 1, items: ["a", "b", "c"] });
  expect(await execution.done).toMatchObject({ status: "FAILED", error: "Error" });
  expect(execution.redriveCount).toBe(0);
  broken = false;
  expect(await execution.redrive()).toEqual({ status: "SUCCEEDED", output: ["a", "b", "c"] });
  expect(calls).toEqual([{ a: 1 }, "a", "b", "b", "c"]);
  expect(execution.visits.at(-1)?.Execution).toMatchObject({
    RedriveCount: 1,
    RedriveTime: execution.redriveDate?.toISOString(),
  });
  expect(() => execution.redrive()).toThrow(TypeError);
});

test("a map's item is in the context of its selector and of its states", async () => {
  const each: StateDefinition = {
    Type: "Map",
    ItemsPath: "$.items",
    ItemSelector: { "item.$": "$$.Map.Item.Value", "all.$": "$.all" },
    ItemProcessor: {
      StartAt: "one",
      States: {
        one: { Type: "Pass", Parameters: { "index.$": "$$.Map.Item.Index", "in.$": "$" }, End: true },
      },
    },
    End: true,
  };
  expect((await run({ each }, { all: true, items: ["a", "b"] })).output).toEqual([
    { index: 0, in: { item: "a", all: true } },
    { index: 1, in: { item: "b", all: true } },
  ]);
});

test("a map may be spelled the old way", async () => {
  const each: StateDefinition = {
    Type: "Map",
    Parameters: { "item.$": "$$.Map.Item.Value" },
    Iterator: { StartAt: "one", States: { one: { Type: "Pass", End: true } } },
    End: true,
  };
  expect((await run({ each }, ["a", "b"])).output).toEqual([{ item: "a" }, { item: "b" }]);
});

test("branches after branches begin anew", async () => {
  const branches = (Result: string) => [
    { StartAt: `in ${Result}`, States: { [`in ${Result}`]: { Type: "Pass", Result, End: true } } },
  ];
  const states: Record<string, StateDefinition> = {
    one: { Type: "Parallel", Branches: branches("one"), Next: "two" },
    two: { Type: "Parallel", Branches: branches("two"), End: true },
  };
  expect((await run(states)).output).toEqual(["two"]);
});

test("a task with a token goes on when somebody reports it", async () => {
  let token: unknown;
  const orders = machine(
    {
      ask: {
        Type: "Task",
        Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        Parameters: { QueueUrl: "q", "MessageBody.$": "$$.Task.Token" },
        End: true,
      },
    },
    {
      tasks: {
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken": async (parameters) => {
          token = (parameters as { MessageBody: string }).MessageBody;
        },
      },
    },
  );
  const execution = orders.start();
  while (token === undefined) await new Promise(setImmediate);
  expect(orders.tokens.succeed("another", 1)).toBe(false);
  expect(orders.tokens.succeed(String(token), { ok: 1 })).toBe(true);
  expect(await execution.done).toEqual({ status: "SUCCEEDED", output: { ok: 1 } });
  expect(orders.tokens.fail(String(token), "Late", "")).toBe(false);
});

test("other tasks are handlers' work, and get the context and the header", async () => {
  const seen: unknown[] = [];
  const Resource = "arn:aws:states:::events:putEvents";
  const orders = machine(
    { put: { Type: "Task", Resource, Parameters: { Entries: [] }, End: true } },
    {
      tasks: {
        [Resource]: async (parameters, { context, traceHeader }) => {
          seen.push([parameters, context.State.Name, traceHeader]);
          return { FailedEntryCount: 0 };
        },
      },
    },
  );
  expect((await orders.start({}, { traceHeader: "Root=1-a-b" }).done).output).toEqual({
    FailedEntryCount: 0,
  });
  expect(seen).toEqual([[{ Entries: [] }, "put", "Root=1-a-b"]]);
});

test("functions are invoked with the header that the execution was started with", async () => {
  const deliveries: unknown[] = [];
  const charge = async (_: unknown, delivery: unknown) => deliveries.push(delivery);
  const ClientContext = Buffer.from('{"custom":{"a":"b"}}').toString("base64");
  const orders = machine(
    {
      one: { Type: "Task", Resource: LEGACY, Next: "two" },
      two: {
        Type: "Task",
        Resource: INVOKE,
        Parameters: { FunctionName: "charge", ClientContext },
        End: true,
      },
    },
    { functions: { charge } },
  );
  await orders.start({}, { traceHeader: "Root=1-a-b" }).done;
  expect(deliveries).toEqual([
    { traceHeader: "Root=1-a-b" },
    { traceHeader: "Root=1-a-b", clientContext: { custom: { a: "b" } } },
  ]);
});

test("a catcher goes on with the error and its cause", async () => {
  const charge = async () => {
    throw new FunctionError({ errorType: "CardError", errorMessage: "declined", trace: ["at charge"] });
  };
  const caught = await run(
    {
      task: {
        Type: "Task",
        Resource: LEGACY,
        Catch: [
          { ErrorEquals: ["Other"], Next: "other" },
          { ErrorEquals: ["States.TaskFailed"], ResultPath: "$.failed", Next: "after" },
        ],
        End: true,
      },
      other: { Type: "Fail" },
      after: { Type: "Succeed" },
    },
    { order: 17 },
    { functions: { charge } },
  );
  expect(caught.output).toEqual({
    order: 17,
    failed: {
      Error: "CardError",
      Cause: '{"errorType":"CardError","errorMessage":"declined","trace":["at charge"]}',
    },
  });
});

test.each<[string, Record<string, StateDefinition>, string]>([
  ["no choice", { c: { Type: "Choice", Choices: [] } }, "States.NoChoiceMatched"],
  ["a path to nothing", { p: { Type: "Pass", InputPath: "$.no", End: true } }, "States.Runtime"],
  [
    "a parameter from nothing",
    { p: { Type: "Pass", Parameters: { "a.$": "$.no" }, End: true } },
    "States.ParameterPathFailure",
  ],
  [
    "a result in a text",
    { p: { Type: "Pass", Result: 1, ResultPath: "$.text.a", End: true } },
    "States.ResultPathMatchFailure",
  ],
  [
    "a function it does not know",
    { p: { Type: "Pass", Parameters: { "a.$": "States.No()" }, End: true } },
    "States.IntrinsicFailure",
  ],
  ["a failure of its own", { f: { Type: "Fail", Error: "Mine", Cause: "why" } }, "Mine"],
  [
    "an unknown function",
    { t: { Type: "Task", Resource: INVOKE, Parameters: { FunctionName: "x" }, End: true } },
    "Lambda.ResourceNotFoundException",
  ],
  [
    "a result beyond 256 KiB",
    { p: { Type: "Pass", Result: "x".repeat(262_143), End: true } },
    "States.DataLimitExceeded",
  ],
  [
    "a slow task",
    { t: { Type: "Task", Resource: LEGACY, TimeoutSeconds: 0.01, End: true } },
    "States.Timeout",
  ],
])("%s fails by its name", async (_, states, error) => {
  const functions = { charge: () => new Promise(() => {}) };
  expect(await run(states, { text: "" }, { functions })).toMatchObject({ status: "FAILED", error });
});

test("a catcher of everything does not catch what nothing can repair", async () => {
  const p: StateDefinition = {
    Type: "Task",
    Resource: LEGACY,
    InputPath: "$.no",
    Catch: [{ ErrorEquals: ["States.ALL"], Next: "p" }],
    End: true,
  };
  expect(await run({ p }, {}, { functions: { charge } })).toMatchObject({ error: "States.Runtime" });
});

test("a branch that fails stops the others before their next state", async () => {
  const visited: string[] = [];
  const note = async (event: unknown) => {
    visited.push(String(event));
    if (event === "fails") throw new Error("no");
    await new Promise(setImmediate);
  };
  const branch = (Payload: string) => ({
    StartAt: Payload,
    States: {
      [Payload]: {
        Type: "Task",
        Resource: INVOKE,
        Parameters: { FunctionName: "note", Payload },
        Next: `${Payload} on`,
      },
      [`${Payload} on`]: {
        Type: "Task",
        Resource: INVOKE,
        Parameters: { FunctionName: "note", Payload: `${Payload} on` },
        End: true,
      },
    },
  });
  const result = await run(
    { both: { Type: "Parallel", Branches: [branch("works"), branch("fails")], End: true } },
    {},
    { functions: { note } },
  );
  expect(result).toMatchObject({ status: "FAILED", error: "Error" });
  expect(visited).toEqual(["works", "fails"]);
});

test("an execution that is stopped is aborted, whatever it retries", async () => {
  const charge = () => new Promise(() => {});
  const task: StateDefinition = {
    Type: "Task",
    Resource: LEGACY,
    Retry: [{ ErrorEquals: ["States.ALL"] }],
    Catch: [{ ErrorEquals: ["States.ALL"], Next: "after" }],
    End: true,
  };
  const after: StateDefinition = { Type: "Succeed" };
  const execution = machine({ task, after }, { functions: { charge } }).start();
  while (execution.visits.length === 0) await new Promise(setImmediate);
  execution.stop("Enough", "because");
  expect(await execution.done).toEqual({ status: "ABORTED", error: "Enough", cause: "because" });
  const again = execution.redrive();
  while (execution.visits.length < 2) await new Promise(setImmediate);
  execution.stop();
  expect(await again).toMatchObject({ status: "ABORTED" });
  expect(execution.visits.map(({ State }) => State.Name)).toEqual(["task", "task"]);
});

test("variables last, inside branches too, and those of branches stay there", async () => {
  const states: Record<string, StateDefinition> = {
    set: { Type: "Pass", Assign: { "order.$": "$.order" }, Next: "inside" },
    inside: {
      Type: "Parallel",
      Branches: [
        {
          StartAt: "b",
          States: { b: { Type: "Pass", Parameters: { "o.$": "$order" }, Assign: { order: 0 }, End: true } },
        },
      ],
      Next: "last",
    },
    last: { Type: "Pass", Parameters: { "o.$": "$order", "in.$": "$" }, End: true },
  };
  expect((await run(states, { order: 17 })).output).toEqual({ o: 17, in: [{ o: 17 }] });
});

test.each<[string, Record<string, StateDefinition>, RegExp]>([
  ["no such start", {}, /StartAt "" names no state/],
  ["an unknown type", { a: { Type: "Loop", End: true } }, /Type "Loop"/],
  ["a next that is none", { a: { Type: "Pass", Next: "b" } }, /goes on to "b"/],
  ["neither next nor end", { a: { Type: "Pass" } }, /either Next or End/],
  ["an end to a choice", { a: { Type: "Choice", End: true } }, /neither Next nor End/],
  [
    "fields of the other language",
    { a: { Type: "Pass", Output: 1, End: true } },
    /Output: not a field of a JSONPath state/,
  ],
  ["an unknown language", { a: { Type: "Pass", QueryLanguage: "SQL", End: true } }, /QueryLanguage "SQL"/],
  [
    "a name that two states have",
    {
      a: {
        Type: "Parallel",
        Branches: [{ StartAt: "a", States: { a: { Type: "Pass", End: true } } }],
        End: true,
      },
    },
    /another state of the machine has this name/,
  ],
  ["a name that is too long", { ["a".repeat(81)]: { Type: "Pass", End: true } }, /1 to 80 characters/],
  [
    "a language handed down by a state",
    {
      a: {
        Type: "Parallel",
        QueryLanguage: "JSONata",
        Branches: [{ StartAt: "b", States: { b: { Type: "Pass", Output: 1, End: true } } }],
        End: true,
      },
    },
    /Output: not a field of a JSONPath state/,
  ],
  ["a distributed map", { a: { Type: "Map", ItemReader: {}, End: true } }, /ItemReader/],
  [
    "a task without a worker",
    { a: { Type: "Task", Resource: "arn:aws:states:::sns:publish", End: true } },
    /a needs "arn:aws:states:::sns:publish"/,
  ],
])("a definition with %s is refused", (_, states, message) => {
  expect(() => machine(states)).toThrow(TypeError);
  expect(() => machine(states)).toThrow(message);
});

test("a machine in JSONata has no state in JSONPath", () => {
  const a: StateDefinition = { Type: "Pass", QueryLanguage: "JSONPath", End: true };
  expect(() => machine({ a }, {}, "JSONata")).toThrow(/a machine in JSONata/);
});

test.each([
  ["$.list, $, false", "a list"],
  ["$, $.text, false", "a text"],
  ["$, $, true", "all levels"],
])("States.JsonMerge(%s) fails: it cannot merge %s", async (values) => {
  const a: StateDefinition = {
    Type: "Pass",
    Parameters: { "merged.$": `States.JsonMerge(${values})` },
    End: true,
  };
  expect(await run({ a }, { list: [], text: "" })).toMatchObject({
    status: "FAILED",
    error: "States.IntrinsicFailure",
  });
});

test("neither the caller's input nor what a function got is what goes on", async () => {
  const input = { order: { id: 17 } };
  const charge = async (event: unknown) => Object.assign(event as object, { spoiled: true });
  const task: StateDefinition = { Type: "Task", Resource: LEGACY, ResultPath: null, End: true };
  expect((await run({ task }, input, { functions: { charge } })).output).toEqual({ order: { id: 17 } });
  expect(input).toEqual({ order: { id: 17 } });
});

test("an input that changes after the start does not change the execution", async () => {
  const input = { order: 17 };
  const a: StateDefinition = {
    Type: "Pass",
    Parameters: { "in.$": "$", "context.$": "$$.Execution.Input" },
    End: true,
  };
  const { done } = machine({ a }).start(input);
  input.order = 18;
  expect((await done).output).toEqual({ in: { order: 17 }, context: { order: 17 } });
});
