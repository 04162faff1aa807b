import fc from "fast-check";

export const LAMBDA = "arn:aws:states:::lambda:invoke";
export const FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:charge";

/** What the template that deploys a definition puts a value in for. */
export const variable = (name: string): string => `\${${name}}`;

/** A machine of one state, `A`. */
export function machineOf(state: object): {
  readonly StartAt: string;
  readonly States: { readonly A: object };
} {
  return { StartAt: "A", States: { A: { ...state, End: true } } };
}

const values = fc.oneof(
  fc.string({ minLength: 1 }).filter((text) => !/\{%|%\}/.test(text)),
  fc.integer(),
  fc.boolean(),
);
const names = fc.stringMatching(/^[a-z]{1,6}$/);
const fields = fc.dictionary(names, fc.oneof(values, fc.dictionary(names, values)), { maxKeys: 4 });

const partitions = fc.constantFrom("aws", "aws-cn", "aws-us-gov");
const suffixes = fc.constantFrom("", ".waitForTaskToken");

/** What a task sends, in either language: `path` spells a dynamic field. */
const sent = (path: (field: string) => fc.Arbitrary<object>) => {
  const dynamic = (field: string, more: fc.Arbitrary<object> = fields) =>
    fc.oneof(
      path(field),
      more.map((value) => ({ [field]: value })),
      fc.constant({}),
    );
  const attributes = dynamic(
    "MessageAttributes",
    fc.dictionary(names, fc.constant({ DataType: "String", StringValue: "1" }), { maxKeys: 12 }),
  );
  const merge = (...parts: fc.Arbitrary<object>[]) =>
    fc.tuple(...parts).map((all) => Object.assign({}, ...all));
  const one = fc.constant({ Id: "1", MessageBody: "b" });
  const entry = merge(fc.constant({ Source: "s", DetailType: "t" }), dynamic("Detail"));
  return fc.oneof(
    fc.tuple(
      fc.constantFrom("lambda:invoke", "aws-sdk:lambda:invoke"),
      merge(fc.constant({ FunctionName: "f" }), dynamic("Payload")),
    ),
    fc.tuple(
      fc.constantFrom("sqs:sendMessage", "aws-sdk:sqs:sendMessage"),
      merge(fc.constant({ QueueUrl: "q", MessageBody: "b" }), attributes),
    ),
    fc.tuple(
      fc.constant("aws-sdk:sqs:sendMessageBatch"),
      merge(one, attributes).map((message) => ({ QueueUrl: "q", Entries: [message, message] })),
    ),
    fc.tuple(
      fc.constantFrom("sns:publish", "aws-sdk:sns:publish"),
      merge(fc.constant({ TopicArn: "t", Message: "m" }), attributes),
    ),
    fc.tuple(
      fc.constantFrom("events:putEvents", "aws-sdk:eventbridge:putEvents"),
      fc.array(entry, { maxLength: 3 }).map((Entries) => ({ Entries })),
    ),
    fc.tuple(
      fc.constantFrom("states:startExecution", "aws-sdk:sfn:startSyncExecution"),
      merge(fc.constant({ StateMachineArn: "m" }), dynamic("Input")),
    ),
    fc.tuple(fc.constantFrom("dynamodb:putItem", "ecs:runTask.sync"), fields),
  );
};

const paths = fc.constantFrom(
  "$",
  "$.order",
  "$$.Execution.Input",
  "States.JsonMerge($.a, $.b, false)",
  "States.Array($.a)",
  "States.JsonToString($.a)",
);
const expressions = fc.constantFrom("{% $states.input %}", "{% {'a': 1} %}", "{% [1] %}", "{% 'text' %}");

const resource = (action: string) =>
  fc.tuple(partitions, suffixes).map(([partition, suffix]) => `arn:${partition}:states:::${action}${suffix}`);

const jsonPathTask = fc.oneof(
  sent((field) => paths.map((path) => ({ [`${field}.$`]: path }))).chain(([action, Parameters]) =>
    resource(action).map((Resource) => ({ Type: "Task", Resource, Parameters })),
  ),
  fc.record(
    {
      Type: fc.constant("Task"),
      Resource: fc.constantFrom(FUNCTION, variable("Charge")),
      Parameters: fields,
    },
    { requiredKeys: ["Type", "Resource"] },
  ),
);
const jsonataTask = fc.oneof(
  sent((field) => expressions.map((text) => ({ [field]: text }))).chain(([action, Arguments]) =>
    resource(action).map((Resource) => ({ Type: "Task", QueryLanguage: "JSONata", Resource, Arguments })),
  ),
  fc.record(
    {
      Type: fc.constant("Task"),
      QueryLanguage: fc.constant("JSONata"),
      Resource: fc.constant(FUNCTION),
      Arguments: fc.oneof(fields, expressions),
    },
    { requiredKeys: ["Type", "QueryLanguage", "Resource"] },
  ),
);

/** Machines in JSONPath, with states in JSONata among them, in branches and Maps of both kinds. */
export const machines: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc
  .letrec<{ state: object; machine: object }>((tie) => ({
    state: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      jsonPathTask,
      jsonataTask,
      fc.constant({ Type: "Pass", Result: { Resource: LAMBDA } }),
      fc
        .array(tie("machine"), { minLength: 1, maxLength: 2 })
        .map((Branches) => ({ Type: "Parallel", Branches })),
      tie("machine").map((Iterator) => ({ Type: "Map", Iterator })),
      fc
        .record(
          {
            machine: tie("machine"),
            Mode: fc.constantFrom("INLINE", "DISTRIBUTED"),
            ItemSelector: fields,
            ItemBatcher: fc.record(
              { MaxItemsPerBatch: fc.constant(2), BatchInput: fields },
              { requiredKeys: ["MaxItemsPerBatch"] },
            ),
            QueryLanguage: fc.constantFrom("JSONPath", "JSONata"),
          },
          { requiredKeys: ["machine", "Mode"] },
        )
        .map(({ machine, Mode, ...more }) => ({
          Type: "Map",
          ...more,
          ItemProcessor: {
            ProcessorConfig: Mode === "INLINE" ? { Mode } : { Mode, ExecutionType: "STANDARD" },
            ...machine,
          },
        })),
    ),
    machine: fc.array(tie("state"), { minLength: 1, maxLength: 3 }).map(chain),
  }))
  .machine.map(named);

function chain(states: readonly object[]) {
  const entries = states.map((state, index) => [
    `S${index}`,
    { ...state, ...(index < states.length - 1 ? { Next: `S${index + 1}` } : { End: true }) },
  ]);
  return { StartAt: "S0", States: Object.fromEntries(entries) };
}

/** States' names must differ in all of a machine. */
function named(machine: object): Readonly<Record<string, unknown>> {
  let count = 0;
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== "object" || value === null) return value;
    const { States, ...rest } = value as { readonly States?: Readonly<Record<string, object>> };
    const others = Object.fromEntries(Object.entries(rest).map(([key, one]) => [key, rename(one)]));
    if (!States) return others;
    const names = Object.fromEntries(Object.keys(States).map((name) => [name, `${name}-${count++}`]));
    const states = Object.entries(States).map(([name, state]) => {
      const { Next, ...fields } = rename(state) as { readonly Next?: string };
      return [names[name], { ...fields, ...(Next && { Next: names[Next] }) }];
    });
    return { ...others, StartAt: names.S0, States: Object.fromEntries(states) };
  };
  return rename(machine) as Readonly<Record<string, unknown>>;
}
