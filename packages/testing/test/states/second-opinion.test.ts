import { StateMachine } from "aws-local-stepfunctions";
import { expect, test } from "vitest";
import type { StateDefinition } from "../../src/states/definition.ts";
import { stateMachine } from "../../src/states/state-machine.ts";

const LEGACY = "arn:aws:lambda:us-east-1:123456789012:function:charge";
const pass = (fields: object): Record<string, StateDefinition> => ({
  a: { Type: "Pass", End: true, ...fields },
});
const choice = (rule: object): Record<string, StateDefinition> => ({
  a: { Type: "Choice", Choices: [{ ...rule, Next: "yes" }], Default: "no" },
  yes: { Type: "Pass", Result: "yes", End: true },
  no: { Type: "Pass", Result: "no", End: true },
});
const format = (expression: string) => pass({ Parameters: { "value.$": expression } });

const INPUT = {
  order: { id: 17, "odd key": true, tags: ["a", "b", "a"] },
  amount: 4.5,
  name: "Ann",
  json: '{"x":1}',
  at: "2026-11-20T09:30:15Z",
  nothing: null,
};

test.each<[string, Record<string, StateDefinition>]>([
  ["an input path", pass({ InputPath: "$.order" })],
  [
    "a path of every kind",
    pass({ Parameters: { "a.$": "$.order['odd key']", "b.$": "$.order.tags[1]", "c.$": "$['name']" } }),
  ],
  ["all items", pass({ Parameters: { "a.$": "$.order.tags[*]" } })],
  ["no input", pass({ InputPath: null })],
  ["no output", pass({ OutputPath: null })],
  ["nested parameters", pass({ Parameters: { plain: 1, deep: { "id.$": "$.order.id", list: [1] } } })],
  ["the execution's input", pass({ Parameters: { "in.$": "$$.Execution.Input.name" } })],
  ["a result", pass({ Result: { r: 1 } })],
  ["a result in a new place", pass({ Result: 1, ResultPath: "$.new.deep" })],
  ["a result that is dropped", pass({ Result: 1, ResultPath: null })],
  ["an output path", pass({ Result: { r: 1 }, ResultPath: "$.order.result", OutputPath: "$.order" })],
  ["States.Format", format("States.Format('{} has {} of \\'it\\' \\{\\}', $.name, $.amount)")],
  ["States.JsonMerge", format("States.JsonMerge($.order, States.StringToJson($.json), false)")],
  ["States.JsonToString", format("States.JsonToString($.order)")],
  ["States.Array", format("States.Array(1, 'two', $.nothing, true, States.Array())")],
  ["States.ArrayUnique", format("States.ArrayUnique($.order.tags)")],
  ["States.ArrayPartition", format("States.ArrayPartition(States.ArrayRange(1, 9, 2), 2)")],
  ["States.ArrayContains", format("States.ArrayContains($.order.tags, 'b')")],
  ["States.ArrayGetItem", format("States.ArrayGetItem($.order.tags, 1)")],
  ["States.ArrayLength", format("States.ArrayLength($.order.tags)")],
  ["States.Base64", format("States.Base64Decode(States.Base64Encode('héllo'))")],
  ["States.Hash", format("States.Hash('text', 'SHA-256')")],
  ["States.MathAdd", format("States.MathAdd(3, -5)")],
  ["States.StringSplit", format("States.StringSplit('a,b,c', ',')")],
  ["StringEquals", choice({ Variable: "$.name", StringEquals: "Ann" })],
  ["StringMatches", choice({ Variable: "$.name", StringMatches: "A*" })],
  ["StringLessThan", choice({ Variable: "$.name", StringLessThan: "Ann" })],
  ["NumericGreaterThanEquals", choice({ Variable: "$.amount", NumericGreaterThanEquals: 4.5 })],
  ["NumericLessThanPath", choice({ Variable: "$.amount", NumericLessThanPath: "$.order.id" })],
  ["a comparison of another type", choice({ Variable: "$.name", NumericEquals: 1 })],
  ["TimestampLessThan", choice({ Variable: "$.at", TimestampLessThan: "2026-11-20T10:30:15+02:00" })],
  ["IsPresent", choice({ Variable: "$.name", IsPresent: false })],
  ["IsNull", choice({ Variable: "$.nothing", IsNull: true })],
  ["IsTimestamp", choice({ Variable: "$.name", IsTimestamp: true })],
  [
    "And, Or, Not",
    choice({
      And: [
        {
          Or: [
            { Variable: "$.name", StringEquals: "Bob" },
            { Variable: "$.amount", NumericEquals: 4.5 },
          ],
        },
        { Not: { Variable: "$.nothing", IsNull: false } },
      ],
    }),
  ],
  [
    "a task with a selector",
    {
      a: {
        Type: "Task",
        Resource: LEGACY,
        Parameters: { "id.$": "$.order.id" },
        ResultSelector: { "of.$": "$.charged.id" },
        ResultPath: "$.result",
        End: true,
      },
    },
  ],
  [
    "a parallel",
    {
      a: {
        Type: "Parallel",
        Parameters: { "n.$": "$.name" },
        Branches: [
          {
            StartAt: "x",
            States: { x: { Type: "Pass", OutputPath: "$.n", End: true } },
          },
          { StartAt: "y", States: { y: { Type: "Wait", Seconds: 0, Next: "z" }, z: { Type: "Succeed" } } },
        ],
        ResultSelector: { "both.$": "$" },
        End: true,
      },
    },
  ],
  [
    "a map",
    {
      a: {
        Type: "Map",
        ItemsPath: "$.order.tags",
        ItemSelector: { "i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value", "n.$": "$.name" },
        ItemProcessor: { StartAt: "x", States: { x: { Type: "Pass", End: true } } },
        End: true,
      },
    },
  ],
  [
    "a failure that is caught",
    {
      a: {
        Type: "Parallel",
        Branches: [{ StartAt: "f", States: { f: { Type: "Fail", Error: "E", Cause: "c" } } }],
        Catch: [{ ErrorEquals: ["E"], ResultPath: "$.error", Next: "b" }],
        End: true,
      },
      b: { Type: "Pass", OutputPath: "$.name", End: true },
    },
  ],
])("another runner gives the same for %s", async (_, States) => {
  const definition = { StartAt: "a", States };
  const charge = async (event: unknown) => ({ charged: event });
  const ours = await stateMachine({ name: "orders", definition, functions: { charge } }).start(INPUT).done;
  const theirs = new StateMachine(
    structuredClone(definition) as never,
    { validationOptions: { checkArn: false } } as never,
  );
  const { result } = theirs.run(structuredClone(INPUT), {
    overrides: { taskResourceLocalHandlers: { a: charge as never } },
    noThrowOnAbort: true,
  });
  expect(ours).toEqual({ status: "SUCCEEDED", output: await result });
});

// AWS's page has these otherwise than the other runner.
test.each<[string, Record<string, StateDefinition>, unknown]>([
  [
    "StringSplit takes several separators",
    format("States.StringSplit('1.2-3+4', '.-+')"),
    ["1", "2", "3", "4"],
  ],
])("%s", async (_, States, value) => {
  const { output } = await stateMachine({ name: "orders", definition: { StartAt: "a", States } }).start(INPUT)
    .done;
  expect(output).toEqual({ value });
});

test("IsPresent false holds where there is nothing", async () => {
  const definition = { StartAt: "a", States: choice({ Variable: "$.no", IsPresent: false }) };
  expect((await stateMachine({ name: "orders", definition }).start(INPUT).done).output).toBe("yes");
});
