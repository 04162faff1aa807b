import validate from "asl-validator";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { traceStateMachine } from "../../src/index.ts";
import { FUNCTION, LAMBDA, machineOf, machines, variable } from "./machines.ts";

const parts = { "Execution.$": "$$.Execution", "State.$": "$$.State", "StateMachine.$": "$$.StateMachine" };
const jsonataContext = expect.stringMatching(/^\{% .*\$states\.context.* %\}$/);
const textContext = expect.stringMatching(/^States\.Format\(.*\$\$\.StateMachine\)\)$/);

function traced(state: object, options = {}) {
  const { definition, fields } = traceStateMachine(machineOf(state), options);
  const { End: _, ...rest } = (definition as ReturnType<typeof machineOf>).States.A as Record<
    string,
    unknown
  >;
  return { state: rest, field: fields[0], fields };
}

/** A task in JSONPath, and its parameters afterwards. */
function parametersOf(resource: string, Parameters: object | undefined, options = {}) {
  const { state, field } = traced(
    { Type: "Task", Resource: resource, ...(Parameters && { Parameters }) },
    options,
  );
  return { sent: state.Parameters, field };
}

function argumentsOf(resource: string, Arguments: unknown) {
  const { state, field } = traced({
    Type: "Task",
    QueryLanguage: "JSONata",
    Resource: resource,
    ...(Arguments !== undefined && { Arguments }),
  });
  return { sent: state.Arguments, field };
}

describe("in JSONPath", () => {
  test.each<[string, string, object, object]>([
    [
      "a function's payload",
      LAMBDA,
      { Payload: { "order.$": "$.order" } },
      { Payload: { "order.$": "$.order", _datadog: parts } },
    ],
    [
      "a function without a payload",
      LAMBDA,
      { FunctionName: "f" },
      { FunctionName: "f", Payload: { _datadog: parts } },
    ],
    [
      "one that answers by a token",
      `${LAMBDA}.waitForTaskToken`,
      { Payload: { "token.$": "$$.Task.Token" } },
      { Payload: { "token.$": "$$.Task.Token", _datadog: parts } },
    ],
    ["a function by its ARN", FUNCTION, { order: 7 }, { order: 7, _datadog: parts }],
    ["one in China", "arn:aws-cn:states:::lambda:invoke", {}, { Payload: { _datadog: parts } }],
    ["one for the government", FUNCTION.replace("arn:aws", "arn:aws-us-gov"), {}, { _datadog: parts }],
    [
      "one in a partition named at deployment",
      `arn:${variable("AWS::Partition")}:states:::lambda:invoke`,
      {},
      { Payload: { _datadog: parts } },
    ],
    [
      "a payload that is merged already",
      LAMBDA,
      { "Payload.$": "States.JsonMerge($.a, $.b, false)" },
      {
        "Payload.$": expect.stringMatching(
          /^States\.JsonMerge\(States\.JsonMerge\(\$\.a, \$\.b, false\), States\.StringToJson\(/,
        ),
      },
    ],
    [
      "a queue's message",
      "arn:aws:states:::sqs:sendMessage",
      { MessageBody: "b" },
      {
        MessageBody: "b",
        MessageAttributes: { _datadog: { DataType: "String", "StringValue.$": textContext } },
      },
    ],
    [
      "a topic's message",
      "arn:aws:states:::sns:publish",
      { MessageAttributes: { a: { DataType: "Number", StringValue: "1" } } },
      {
        MessageAttributes: {
          a: { DataType: "Number", StringValue: "1" },
          _datadog: { DataType: "String", "StringValue.$": textContext },
        },
      },
    ],
    [
      "a batch of messages",
      "arn:aws:states:::aws-sdk:sqs:sendMessageBatch",
      { Entries: [{ Id: "1" }] },
      {
        Entries: [
          { Id: "1", MessageAttributes: { _datadog: { DataType: "String", "StringValue.$": textContext } } },
        ],
      },
    ],
    [
      "a batch of notifications",
      "arn:aws:states:::aws-sdk:sns:publishBatch",
      { PublishBatchRequestEntries: [{ Id: "1" }] },
      {
        PublishBatchRequestEntries: [
          { Id: "1", MessageAttributes: { _datadog: { DataType: "String", "StringValue.$": textContext } } },
        ],
      },
    ],
    [
      "an event's detail",
      "arn:aws:states:::events:putEvents",
      { Entries: [{ Detail: { a: 1 } }] },
      { Entries: [{ Detail: { a: 1, _datadog: parts } }] },
    ],
    [
      "the SDK's events",
      "arn:aws:states:::aws-sdk:eventbridge:putEvents",
      { Entries: [{ "Detail.$": "States.JsonToString(States.JsonMerge($, $.a, false))" }] },
      {
        Entries: [
          {
            "Detail.$": expect.stringMatching(
              /^States\.JsonToString\(States\.JsonMerge\(States\.JsonMerge\(\$, \$\.a, false\), .*, false\)\)$/,
            ),
          },
        ],
      },
    ],
    [
      "a nested execution's input",
      "arn:aws:states:::states:startExecution.sync:2",
      { Input: { "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$": "$$.Execution.Id" } },
      { Input: { "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$": "$$.Execution.Id", _datadog: parts } },
    ],
    [
      "a nested execution without input",
      "arn:aws:states:::states:startExecution",
      {},
      { Input: { _datadog: parts } },
    ],
    [
      "one by the SDK, whose input is a text",
      "arn:aws:states:::aws-sdk:sfn:startExecution",
      {},
      { "Input.$": expect.stringMatching(/^States\.Format\('\\\{"_datadog":\\\{/) },
    ],
  ])("%s", (_, resource, before, after) => {
    const { sent, field } = parametersOf(resource, before);
    expect(sent).toEqual(after);
    expect(field).toMatchObject({ outcome: "added", state: "A", resource });
  });

  test.each<[string, string, object | undefined, RegExp]>([
    ["a path's payload, which may be a list", LAMBDA, { "Payload.$": "$" }, /name the state in `objects`/],
    [
      "a detail that may be one",
      "arn:aws:states:::events:putEvents",
      { Entries: [{ "Detail.$": "$" }] },
      /name the state in `objects`/,
    ],
    ["a payload that is a list", LAMBDA, { "Payload.$": "States.Array($)" }, /gives no object/],
    ["a payload that is a text", LAMBDA, { Payload: "text" }, /no object/],
    ["an input that is JSON text", "arn:aws:states:::states:startExecution", { Input: "{}" }, /no object/],
    ["a function by its ARN with the whole input", FUNCTION, undefined, /lambda:invoke instead/],
    ["a function with parameters from its input", LAMBDA, undefined, /told apart/],
    [
      "ten attributes",
      "arn:aws:states:::sqs:sendMessage",
      { MessageAttributes: Object.fromEntries([..."abcdefghij"].map((key) => [key, {}])) },
      /10 attributes/,
    ],
    [
      "attributes from a path",
      "arn:aws:states:::sqs:sendMessage",
      { "MessageAttributes.$": "$.a" },
      /how many/,
    ],
    [
      "a message for each protocol",
      "arn:aws:states:::sns:publish",
      { MessageStructure: "json" },
      /no attributes/,
    ],
    ["entries from a path", "arn:aws:states:::events:putEvents", { "Entries.$": "$.a" }, /no list/],
    ["an event without detail", "arn:aws:states:::events:putEvents", { Entries: [{}] }, /no detail/],
    ["a resource named at deployment", variable("Function"), { a: 1 }, /not known/],
    ["the SDK's function without a payload", "arn:aws:states:::aws-sdk:lambda:invoke", {}, /no payload/],
  ])("leaves %s", (_, resource, before, reason) => {
    const { sent, field } = parametersOf(resource, before);
    expect(sent).toEqual(before);
    expect(field).toMatchObject({ outcome: "left", reason: expect.stringMatching(reason) });
  });

  test.each([
    [{ Payload: { "Execution.$": "$$.Execution", "State.$": "$$.State" } }],
    [{ Payload: { "_datadog.$": "$.mine" } }],
    [{ "Payload.$": "States.JsonMerge($$, $, false)" }],
    [{ "Payload.$": "$$['Execution', 'State', 'StateMachine']" }],
    [{ "Payload.$": "$$" }],
  ])("%j carries one already", (Parameters) => {
    const { sent, field } = parametersOf(LAMBDA, Parameters);
    expect(sent).toBe(Parameters);
    expect(field?.outcome).toBe("present");
  });

  test.each(["$", "$.order", "$['a b']", "States.StringToJson($.text)"])(
    "%s is merged for who knows it for an object",
    (path) => {
      const before = { "Payload.$": path };
      for (const objects of [true, ["A"]]) {
        const { sent, field } = parametersOf(LAMBDA, before, { objects });
        expect(sent).toEqual({ "Payload.$": expect.stringContaining(`States.JsonMerge(${path}, `) });
        expect(field?.outcome).toBe("added");
      }
    },
  );

  test("leaves a resource that a template makes", () => {
    const Resource = { "Fn::GetAtt": ["Function", "Arn"] };
    expect(traced({ Type: "Task", Resource, Parameters: {} }).field).toMatchObject({
      outcome: "left",
      resource: JSON.stringify(Resource),
    });
  });

  test("other tasks are not spoken of", () => {
    for (const Resource of [
      "arn:aws:states:::dynamodb:putItem",
      "arn:aws:states:eu-west-1:123456789012:activity:a",
      "arn:aws:states:::http:invoke",
    ]) {
      expect(traced({ Type: "Task", Resource, Parameters: {} }).fields).toEqual([]);
    }
  });
});

describe("in JSONata", () => {
  const text = { DataType: "String", StringValue: expect.stringMatching(/^\{% \$string\(/) };
  test.each<[string, string, unknown, unknown]>([
    [
      "a function's payload",
      LAMBDA,
      { Payload: { order: "{% $states.input %}" } },
      { Payload: { order: "{% $states.input %}", _datadog: jsonataContext } },
    ],
    [
      "a payload of one expression",
      LAMBDA,
      { Payload: "{% $states.input %}" },
      { Payload: expect.stringMatching(/^\{% \(\$payload := \(\$states\.input\); /) },
    ],
    ["a function by its ARN", FUNCTION, { order: 7 }, { order: 7, _datadog: jsonataContext }],
    ["one with the whole input", FUNCTION, undefined, expect.stringContaining("$payload := ($states.input)")],
    ["one with an expression", FUNCTION, "{% $x %}", expect.stringContaining("$payload := ($x)")],
    ["a queue's message", "arn:aws:states:::sqs:sendMessage", {}, { MessageAttributes: { _datadog: text } }],
    [
      "a topic's message",
      "arn:aws:states:::aws-sdk:sns:publish",
      {},
      { MessageAttributes: { _datadog: text } },
    ],
    [
      "an event's detail",
      "arn:aws:states:::events:putEvents",
      { Entries: [{ Detail: {} }, { Detail: "{% $x %}" }] },
      { Entries: [{ Detail: { _datadog: jsonataContext } }, { Detail: expect.stringContaining("($x)") }] },
    ],
    [
      "a nested execution",
      "arn:aws:states:::states:startExecution.sync",
      { Input: { a: 1 } },
      { Input: { a: 1, _datadog: jsonataContext } },
    ],
    [
      "one by the SDK",
      "arn:aws:states:::aws-sdk:sfn:startSyncExecution",
      {},
      { Input: expect.stringContaining("$string({'_datadog': ") },
    ],
  ])("%s", (_, resource, before, after) => {
    const { sent, field } = argumentsOf(resource, before);
    expect(sent).toEqual(after);
    expect(field).toMatchObject({ outcome: "added" });
  });

  test.each<[string, string, unknown, RegExp]>([
    ["arguments of one expression", LAMBDA, "{% $x %}", /told apart/],
    ["a text", LAMBDA, { Payload: "text" }, /no object/],
    [
      "an expression that makes a text",
      "arn:aws:states:::aws-sdk:sfn:startExecution",
      { Input: "{% $string($states.input) %}" },
      /gives no object/,
    ],
    [
      "attributes of one expression",
      "arn:aws:states:::sqs:sendMessage",
      { MessageAttributes: "{% $x %}" },
      /how many/,
    ],
    ["entries of one expression", "arn:aws:states:::events:putEvents", { Entries: "{% $x %}" }, /no list/],
  ])("leaves %s", (_, resource, before, reason) => {
    const { sent, field } = argumentsOf(resource, before);
    expect(sent).toEqual(before);
    expect(field).toMatchObject({ outcome: "left", reason: expect.stringMatching(reason) });
  });

  test.each([
    "{% $merge([$states.context, $states.input]) %}",
    "{% $merge([$states.input, {'_datadog': $x}]) %}",
  ])("%s carries one already", (Payload) =>
    expect(argumentsOf(LAMBDA, { Payload }).field?.outcome).toBe("present"),
  );

  test("is the machine's language, or the state's own", () => {
    const task = { Type: "Task", Resource: LAMBDA };
    const { definition } = traceStateMachine({
      QueryLanguage: "JSONata",
      StartAt: "A",
      States: {
        A: { ...task, Arguments: {}, End: true },
        B: { ...task, QueryLanguage: "JSONPath", Parameters: {}, End: true },
      },
    });
    expect(definition.States.A).toMatchObject({ Arguments: { Payload: { _datadog: jsonataContext } } });
    expect(definition.States.B).toMatchObject({ Parameters: { Payload: { _datadog: parts } } });
  });
});

describe("a distributed Map tells its child executions", () => {
  const processor = {
    ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
    StartAt: "B",
    States: { B: { Type: "Succeed" } },
  };
  const map = (more: object) => traced({ Type: "Map", ItemProcessor: processor, ...more });
  const jsonata = { QueryLanguage: "JSONata" };
  test.each<[string, object, object]>([
    [
      "in the fields of each item",
      { ItemSelector: { "id.$": "$$.Map.Item.Value" } },
      { ItemSelector: { "id.$": "$$.Map.Item.Value", _datadog: parts } },
    ],
    [
      "beside a batch of items",
      { ItemBatcher: { MaxItemsPerBatch: 9 } },
      { ItemBatcher: { MaxItemsPerBatch: 9, BatchInput: { _datadog: parts } } },
    ],
    [
      "in a batch's own input",
      { ItemBatcher: { BatchInput: { a: 1 } }, ItemSelector: { b: 1 } },
      { ItemBatcher: { BatchInput: { a: 1, _datadog: parts } }, ItemSelector: { b: 1 } },
    ],
    [
      "in JSONata, in whole items",
      jsonata,
      { ItemSelector: expect.stringContaining("($states.context.Map.Item.Value)") },
    ],
    [
      "in JSONata, in the fields of each",
      { ...jsonata, ItemSelector: { a: 1 } },
      { ItemSelector: { a: 1, _datadog: jsonataContext } },
    ],
    [
      "in JSONata, beside a batch",
      { ...jsonata, ItemBatcher: { BatchInput: "{% $x %}" } },
      { ItemBatcher: { BatchInput: expect.stringContaining("($x)") } },
    ],
  ])("%s", (_, before, after) => {
    const { state, field } = map(before);
    expect(state).toMatchObject(after);
    expect(field).toMatchObject({ outcome: "added", resource: "map" });
  });

  test("but not in a whole item of JSONPath, which may be a text", () => {
    expect(map({}).field).toMatchObject({ outcome: "left", reason: expect.stringContaining("ItemSelector") });
  });

  test("an inline one has the same execution, and needs not", () => {
    const ItemProcessor = { ...processor, ProcessorConfig: { Mode: "INLINE" } };
    expect(traced({ Type: "Map", ItemProcessor, ItemSelector: {} }).fields).toEqual([]);
  });
});

test("tasks in branches and Maps are found, and named by where they are", () => {
  const inner = (name: string) => ({
    StartAt: name,
    States: { [name]: { Type: "Task", Resource: LAMBDA, Parameters: {}, End: true } },
  });
  const { fields } = traceStateMachine({
    StartAt: "Fan",
    States: {
      Fan: { Type: "Parallel", Branches: [inner("A"), inner("B")], Next: "Each" },
      Each: { Type: "Map", ItemProcessor: inner("C"), Next: "Old" },
      Old: { Type: "Map", Iterator: inner("D"), End: true },
    },
  });
  expect(fields.map(({ state, at }) => [state, at])).toEqual([
    ["A", "States.Fan.Branches[0].States.A.Parameters.Payload"],
    ["B", "States.Fan.Branches[1].States.B.Parameters.Payload"],
    ["C", "States.Each.ItemProcessor.States.C.Parameters.Payload"],
    ["D", "States.Old.Iterator.States.D.Parameters.Payload"],
  ]);
});

describe("a definition as text", () => {
  const machine = machineOf({ Type: "Task", Resource: LAMBDA, Parameters: {} });
  test.each([["  "], ["\t"], [""]])("comes back as text, indented by %j", (indent) => {
    const text = `${JSON.stringify(machine, undefined, indent)}\n`;
    const { definition } = traceStateMachine(text);
    expect(definition).toBe(`${JSON.stringify(traceStateMachine(machine).definition, undefined, indent)}\n`);
  });

  test("keeps its numbers' spelling", () => {
    const spelling = '[12345678901234567890,{"rate":1.0},1E2]';
    const text = JSON.stringify({ ...machine, TimeoutSeconds: "#" }).replace('"#"', spelling);
    const { definition } = traceStateMachine(text);
    expect(definition).toContain(`"TimeoutSeconds":${spelling}`);
    expect(definition).toContain('"_datadog"');
  });

  test("is the same text where nothing was added", () => {
    const text = '{"States" : {}, "StartAt":"A"}';
    expect(traceStateMachine(text).definition).toBe(text);
  });
});

describe("a mistake is a TypeError that says what was expected", () => {
  test.each<[unknown]>([
    [undefined],
    [null],
    ["{"],
    ["[]"],
    ["StartAt: A"],
    [{}],
    [[]],
    [{ States: [] }],
    [7],
  ])("%j is no definition", (definition) => {
    expect(() => traceStateMachine(definition as string)).toThrow(
      /^traceStateMachine\(definition\): expected a state machine/,
    );
    expect(() => traceStateMachine(definition as string)).toThrow(TypeError);
  });

  test("a state that is not there", () => {
    expect(() => traceStateMachine(machineOf({ Type: "Pass" }), { objects: ["A", "B"] })).toThrow(
      /no state B/,
    );
    expect(() => traceStateMachine(machineOf({ Type: "Pass" }), { objects: "A" as never })).toThrow(
      /expected `true`/,
    );
  });
});

/** What the validator has to say; it writes into what it is given. */
function errors(definition: object): readonly unknown[] {
  return validate(structuredClone(definition)).errors;
}

/** What is left of a definition that was given back, without all that was added. */
function withoutContext(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutContext);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, one]) => {
    const rest = withoutContext(one);
    const isAdded = key === "_datadog" || (isEmpty(rest) && !isEmpty(one));
    return isAdded ? [] : [[key, rest]];
  });
  return Object.fromEntries(entries);
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

describe("of whatever machine", () => {
  const someObjects = fc.record({ machine: machines, objects: fc.boolean() });

  test("the definition stays valid", () => {
    fc.assert(
      fc.property(someObjects, ({ machine, objects }) => {
        expect(errors(traceStateMachine(machine, { objects }).definition)).toEqual([]);
      }),
      { numRuns: 25 }, // The validator compiles its schemas each time.
    );
  });

  test("a second time changes nothing, and a frozen one is not written to", () => {
    fc.assert(
      fc.property(someObjects, ({ machine, objects }) => {
        const once = traceStateMachine(deepFreeze(machine), { objects });
        const twice = traceStateMachine(once.definition, { objects });
        expect(twice.definition).toBe(once.definition);
        expect(twice.fields.map(({ at, outcome }) => [at, outcome])).toEqual(
          once.fields.map(({ at, outcome }) => [at, outcome === "added" ? "present" : outcome]),
        );
      }),
    );
  });

  test("the user's fields stay as they are", () => {
    fc.assert(
      fc.property(machines, (machine) => {
        const { definition, fields } = traceStateMachine(machine);
        const rewritten = new Set(fields.filter(({ outcome }) => outcome === "added").map(({ at }) => at));
        expect(flat(withoutContext(definition), rewritten)).toEqual(flat(withoutContext(machine), rewritten));
      }),
    );
  });

  test("the text and the object agree", () => {
    fc.assert(
      fc.property(machines, (machine) => {
        const { definition, fields } = traceStateMachine(JSON.stringify(machine));
        const expected = traceStateMachine(machine);
        expect(JSON.parse(definition)).toEqual(expected.definition);
        expect(fields).toEqual(expected.fields);
      }),
    );
  });
});

/** The texts, numbers and truth values of a definition by where they are, but for what was rewritten. */
function flat(value: unknown, rewritten: ReadonlySet<string>, at = ""): Record<string, unknown> {
  if (rewritten.has(at) && typeof value === "string") return {};
  if (typeof value !== "object" || value === null) return { [at]: value };
  const entries = Object.entries(value).map(([key, one]) => {
    const inside = Array.isArray(value) ? `${at}[${key}]` : at ? `${at}.${key}` : key;
    return flat(one, rewritten, inside);
  });
  return Object.assign({}, ...entries);
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
