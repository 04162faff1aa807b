import { expect, test } from "vitest";
import type { StateDefinition } from "../../src/states/definition.ts";
import { stateMachine } from "../../src/states/state-machine.ts";

const run = (States: Record<string, StateDefinition>, input: unknown = {}) =>
  stateMachine({
    name: "orders",
    definition: { QueryLanguage: "JSONata", StartAt: Object.keys(States)[0] ?? "", States },
    functions: {
      echo: async (event) => event,
      fail: async () => Promise.reject(new RangeError("too far")),
    },
  }).start(input, { name: "first" }).done;

const task = (Payload: unknown, FunctionName = "echo"): StateDefinition => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName, Payload },
  Output: "{% $states.result.Payload %}",
  End: true,
});

test.each<[string, Record<string, StateDefinition>, unknown, unknown]>([
  ["input", { a: task("{% $states.input %}") }, { order: 17 }, { order: 17 }],
  ["part of the context", { a: task("{% $states.context.Execution.Name %}") }, {}, "first"],
  [
    "the input with the context in it",
    { a: task("{% $merge([$states.input, {'name': $states.context.State.Name}]) %}") },
    { order: 17 },
    { order: 17, name: "a" },
  ],
  ["values in depth", { a: task({ list: ["{% 1 + 1 %}", "plain"] }) }, {}, { list: [2, "plain"] }],
  ["a list that the engine made", { a: task("{% [1..3].($ * 2) %}") }, {}, [2, 4, 6]],
  [
    "Step Functions' own functions",
    { a: task("{% $parse('[1]') ~> $append($range(2, 6, 2)) %}") },
    {},
    [1, 2, 4, 6],
  ],
  [
    "variables",
    {
      a: { Type: "Pass", Assign: { order: "{% $states.input.order %}" }, Output: {}, Next: "b" },
      b: { Type: "Succeed", Output: "{% $order %}" },
    },
    { order: 17 },
    17,
  ],
  [
    "the rule that holds",
    {
      a: {
        Type: "Choice",
        Choices: [
          { Condition: "{% $states.input.n > 5 %}", Next: "big" },
          { Condition: "{% true %}", Output: "{% $states.input.n %}", Next: "small" },
        ],
        Output: "the default's",
      },
      big: { Type: "Fail" },
      small: { Type: "Succeed" },
    },
    { n: 3 },
    3,
  ],
  [
    "what was caught",
    {
      a: {
        ...task({}, "fail"),
        Catch: [
          { ErrorEquals: ["RangeError"], Output: "{% $parse($states.errorOutput.Cause) %}", Next: "b" },
        ],
      },
      b: { Type: "Succeed" },
    },
    {},
    { errorType: "RangeError", errorMessage: "too far" },
  ],
  [
    "a map's items",
    {
      a: {
        Type: "Map",
        Items: "{% $states.input.items[n > 1] %}",
        ItemSelector: { value: "{% $states.context.Map.Item.Value.n %}" },
        ItemProcessor: { StartAt: "b", States: { b: { Type: "Pass", End: true } } },
        End: true,
      },
    },
    { items: [{ n: 1 }, { n: 2 }, { n: 3 }] },
    [{ value: 2 }, { value: 3 }],
  ],
])("JSONata gives %s", async (_, states, input, output) => {
  expect(await run(states, input)).toEqual({ status: "SUCCEEDED", output });
});

test.each([
  ["nothing", "{% $states.input.no %}"],
  ["no expression", "{% 1 + %}"],
  ["what fails", "{% $number('x') %}"],
])("an expression with %s fails", async (_, expression) => {
  expect(await run({ a: task(expression) })).toMatchObject({ error: "States.QueryEvaluationError" });
});

test("a condition that is no boolean fails", async () => {
  const Choices = [{ Condition: "{% 1 %}", Next: "a" }];
  expect(await run({ a: { Type: "Choice", Choices } })).toMatchObject({
    error: "States.QueryEvaluationError",
  });
});
