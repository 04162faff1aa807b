import { stepFunctions, traceStateMachine } from "@throughline/payloads";
import { inject } from "@throughline/propagation";
import { resolve } from "@throughline/triggers";
import { StateMachine } from "aws-local-stepfunctions";
import { describe, expect, test } from "vitest";
import {
  contextObject,
  datadogIds,
  evaluate,
  halves,
  ID,
  PARENT_ID,
} from "../../payloads/test/step-functions/context.ts";

const upstream = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };
const headers = inject({ ...upstream, sampled: true });

type Sent = Readonly<Record<string, unknown>>;
interface Attribute {
  readonly DataType: string;
  readonly StringValue: string;
}

/** What each service's task sends, and the event in which a function gets it. */
const services: readonly [string, string, Sent, string, (sent: Sent) => unknown][] = [
  [
    "a function",
    "lambda:invoke",
    { FunctionName: "f", Payload: { order: 7 } },
    "step-functions",
    ({ Payload }) => Payload,
  ],
  [
    "a function that answers by a token",
    "lambda:invoke.waitForTaskToken",
    { FunctionName: "f" },
    "step-functions",
    ({ Payload }) => Payload,
  ],
  [
    "a queue",
    "sqs:sendMessage",
    { QueueUrl: "q", MessageBody: "b", MessageAttributes: { a: { DataType: "String", StringValue: "1" } } },
    "sqs",
    ({ MessageAttributes }) => {
      const entries = Object.entries(MessageAttributes as Record<string, Attribute>);
      const messageAttributes = entries.map(([name, { DataType, StringValue }]) => [
        name,
        { dataType: DataType, stringValue: StringValue },
      ]);
      return {
        Records: [
          { eventSource: "aws:sqs", body: "b", messageAttributes: Object.fromEntries(messageAttributes) },
        ],
      };
    },
  ],
  [
    "a topic",
    "sns:publish",
    { TopicArn: "t", Message: "m" },
    "sns",
    ({ MessageAttributes }) => {
      const entries = Object.entries(MessageAttributes as Record<string, Attribute>);
      const attributes = entries.map(([name, { DataType, StringValue }]) => [
        name,
        { Type: DataType, Value: StringValue },
      ]);
      return {
        Records: [
          {
            EventSource: "aws:sns",
            Sns: { Message: "m", MessageAttributes: Object.fromEntries(attributes) },
          },
        ],
      };
    },
  ],
  [
    "a bus",
    "events:putEvents",
    { Entries: [{ Source: "s", DetailType: "t", Detail: { order: 7 } }] },
    "eventbridge",
    ({ Entries }) => {
      const [entry] = Entries as [{ readonly Detail: unknown }];
      return { source: "s", "detail-type": "t", detail: entry.Detail };
    },
  ],
];

const machine = (action: string, parameters: object, more: object = {}) => ({
  StartAt: "Charge",
  States: {
    Charge: { Type: "Task", Resource: `arn:aws:states:::${action}`, ...parameters, ...more, End: true },
  },
});

/** What a task in JSONPath sends, in an execution with this context object. */
async function runJsonPath(definition: object, context: object, input: unknown): Promise<Sent> {
  let sent: Sent = {};
  const execution = new StateMachine(definition as never).run(input as never, {
    context: context as never,
    overrides: {
      taskResourceLocalHandlers: {
        Charge: async (parameters: unknown) => {
          sent = parameters as Sent;
          return null;
        },
      },
    },
  });
  await execution.result;
  return sent;
}

async function runJsonata(definition: object, context: object, input: unknown): Promise<Sent> {
  const { States } = definition as { readonly States: { readonly Charge: { readonly Arguments: unknown } } };
  return (await evaluate(States.Charge.Arguments, { context, input })) as Sent;
}

const languages = [
  ["JSONPath", (action: string, sent: object) => machine(action, { Parameters: sent }), runJsonPath],
  [
    "JSONata",
    (action: string, sent: object) => machine(action, { Arguments: sent }, { QueryLanguage: "JSONata" }),
    runJsonata,
  ],
] as const;

describe.each(languages)("in %s", (_, definitionOf, run) => {
  describe.each(services)("%s", (_, action, sent, trigger, eventOf) => {
    const { definition } = traceStateMachine(definitionOf(action, sent));
    const eventIn = async (context: ReturnType<typeof contextObject>) =>
      eventOf(await run(definition, context, context.Execution.Input));

    test.each<[string, object]>([
      ["under _datadog", { order: 7, _datadog: headers }],
      ["W3C's alone", { _datadog: { traceparent: headers.traceparent } }],
      ["of a nested execution", { _datadog: contextObject({ Id: PARENT_ID, Input: { _datadog: headers } }) }],
    ])("goes on with the execution's trace: %s", async (_, Input) => {
      const resolution = resolve(await eventIn(contextObject({ Input })), undefined);
      expect(resolution.trigger.name).toBe(trigger);
      expect(resolution.parentage.parent).toMatchObject({ ...upstream, sampled: true });
    });

    test.each([
      [0, 0],
      [2, 0],
      [0, 1],
      [1, 3],
    ])("has derived ids where there is none: %i retries, %i redrives", async (RetryCount, RedriveCount) => {
      const context = contextObject({ RetryCount, RedriveCount });
      const { parent } = resolve(await eventIn(context), undefined).parentage;
      const expected = datadogIds({ _datadog: context });
      expect(parent).toMatchObject({ traceId: expected?.trace, spanId: expected?.span, sampled: true });
    });
  });

  test("a nested execution's functions go on with what its parent's task sent", async () => {
    const starting = traceStateMachine(
      definitionOf("states:startExecution.sync:2", { StateMachineArn: "m", Input: { order: 7 } }),
    );
    const invoking = traceStateMachine(definitionOf("lambda:invoke", { FunctionName: "f" }));
    const functionOf = async (Input: unknown) => {
      const { Input: handed } = await run(
        starting.definition,
        contextObject({ Id: PARENT_ID, Input }),
        Input,
      );
      expect(handed).toMatchObject({ order: 7 });
      const context = contextObject({ Input: handed });
      return resolve((await run(invoking.definition, context, handed)).Payload, undefined).parentage.parent;
    };
    expect(await functionOf({ _datadog: headers })).toMatchObject(upstream);
    // JSONPath cannot say which execution began, so that Datadog's readers, and ours, take a nested one for a trace of its own.
    const root = definitionOf === languages[0][1] ? ID : PARENT_ID;
    expect(await functionOf({})).toMatchObject({ traceId: halves(root).join("") });
  });
});

test("a whole JSONPath input is merged, where it is said to be an object", async () => {
  const { definition } = traceStateMachine(
    machine("lambda:invoke", { Parameters: { FunctionName: "f", "Payload.$": "$" } }),
    {
      objects: ["Charge"],
    },
  );
  const input = { order: 7, _datadog: headers };
  const { Payload } = await runJsonPath(definition, contextObject({ Input: input }), input);
  expect(Payload).toMatchObject({ order: 7, _datadog: { State: { Name: "Charge" } } });
  expect(JSON.stringify(Payload)).not.toContain("secret");
  expect(resolve(Payload, undefined).parentage.parent).toMatchObject(upstream);
});

test("the snippets say the same as the transformer", () => {
  const traced = (parameters: object, more?: object) =>
    traceStateMachine(machine("lambda:invoke", parameters, more), { objects: true }).definition.States.Charge;
  const { jsonPath, jsonPathMerge, jsonata } = stepFunctions.snippets();
  expect(traced({ Parameters: { Payload: {} } })).toMatchObject({ Parameters: jsonPath });
  expect(traced({ Parameters: { "Payload.$": "$" } })).toMatchObject({ Parameters: jsonPathMerge });
  expect(
    traced({ Arguments: { Payload: "{% $states.input %}" } }, { QueryLanguage: "JSONata" }),
  ).toMatchObject({
    Arguments: jsonata,
  });
});
