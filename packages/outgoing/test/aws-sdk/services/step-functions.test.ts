import {
  SFNClient,
  StartExecutionCommand,
  type StartExecutionCommandInput,
  StartSyncExecutionCommand,
} from "@aws-sdk/client-sfn";
import { SpanKind } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { traceStateMachine } from "@throughline/payloads";
import { datadog, inject, w3c, xray } from "@throughline/propagation";
import { type LocalServer, type StateMachine, startStepFunctions, stateMachine } from "@throughline/testing";
import { resolve } from "@throughline/triggers";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { traced } from "../../../src/index.ts";
import { frozen } from "../frozen.ts";
import { oddInputs } from "../odd.ts";
import { idsOf, inSpan, local, recordSpans, takeSpans } from "../spans.ts";

const { definition } = traceStateMachine({
  StartAt: "Charge",
  States: {
    Charge: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters: { FunctionName: "charge", Payload: {} },
      End: true,
    },
  },
});

let events: unknown[] = [];
let charged = Promise.resolve();
let endpoint: LocalServer;
let standard: StateMachine;
let express: StateMachine;
let client: SFNClient;
let plain: SFNClient;
let sized: SFNClient;

const configuration = () => ({ ...local(endpoint.url), disableHostPrefix: true });

beforeAll(async () => {
  recordSpans();
  const functions = {
    charge: async (event: unknown) => {
      events.push(event);
      await charged;
    },
  };
  standard = stateMachine({ name: "orders", definition, functions });
  express = stateMachine({ name: "quick", definition, functions, type: "EXPRESS" });
  endpoint = await startStepFunctions({ machines: [standard, express] });
  client = traced(new SFNClient(configuration()));
  plain = new SFNClient(configuration());
  sized = traced(new SFNClient(configuration()), { formats: [w3c, xray] });
});
beforeEach(() => {
  events = [];
  takeSpans();
});
afterAll(async () => {
  for (const one of [client, plain, sized]) one.destroy();
  await endpoint.close();
});

/** The send's span, the execution, and what its function's event tells. */
async function start(input: Omit<StartExecutionCommandInput, "stateMachineArn">, by: SFNClient = client) {
  const command = frozen({ stateMachineArn: standard.arn, ...input });
  await inSpan("work", () => by.send(new StartExecutionCommand(command)));
  const execution = standard.executions.at(-1);
  await execution?.done;
  const [span] = takeSpans();
  return {
    span: span as ReadableSpan,
    execution,
    input: execution?.input as Record<string, unknown>,
    parent: resolve(events.at(-1), undefined).parentage.parent,
  };
}

test("an execution's functions continue the span that started it", async () => {
  const { span, parent, input, execution } = await start({ input: '{"order":7}' });
  expect(parent).toMatchObject({ ...idsOf(span), sampled: true });
  expect(input).toMatchObject({ order: 7 });
  expect(execution?.traceHeader).toContain(`Parent=${span.spanContext().spanId};Sampled=1`);
  expect(span).toMatchObject({
    name: "SFN.StartExecution",
    kind: SpanKind.CLIENT,
    attributes: { "rpc.method": "SFN/StartExecution", "aws.step_functions.state_machine.arn": standard.arn },
  });
});

test("those of a synchronous one do", async () => {
  const { arn: stateMachineArn } = express;
  await inSpan("work", () =>
    client.send(new StartSyncExecutionCommand({ stateMachineArn, name: "order-7" })),
  );
  const [span] = takeSpans();
  expect(resolve(events[0], undefined).parentage.parent).toMatchObject(idsOf(span as ReadableSpan));
});

test("one without an input gets an object with the context in it", async () => {
  const { span, parent, input } = await start({});
  expect(Object.keys(input)).toEqual(["_datadog"]);
  expect(parent).toMatchObject(idsOf(span));
});

test.each(["[1,2]", '"text"', "7", "null"])(
  "the input %s, which can carry nothing, stays as it is",
  async (input) => {
    expect((await start({ input })).execution?.input).toEqual(JSON.parse(input));
  },
);

test("a named execution keeps its input: to ask for it again gives the same one", async () => {
  const { promise, resolve: release } = Promise.withResolvers<void>();
  charged = promise;
  const command = new StartExecutionCommand({
    stateMachineArn: standard.arn,
    name: "order-7",
    input: '{"order":7}',
  });
  const again = new StartExecutionCommand({ ...command.input });
  const [one, other] = await Promise.all([client.send(command), client.send(again)]);
  release();
  expect(one.executionArn).toBe(other.executionArn);
  const execution = standard.executions.at(-1);
  await execution?.done;
  const [span] = takeSpans();
  expect(execution?.input).toEqual({ order: 7 });
  expect(execution?.traceHeader).toContain(`Root=1-${span?.spanContext().traceId.slice(0, 8)}-`);
});

test("a named execution's input carries the context where the user insists", async () => {
  const insisting = traced(new SFNClient(configuration()), { envelopes: { stepFunctions: true } });
  const { execution, span } = await start({ name: crypto.randomUUID(), input: "{}" }, insisting);
  expect(execution?.input).toMatchObject({
    _datadog: { traceparent: expect.stringContaining(span.spanContext().spanId) },
  });
});

test("an input carries what fits into 262,144 bytes", async () => {
  const added = JSON.stringify((await start({ input: '{"a":""}' }, sized)).input).length;
  const keysAt = async (bytes: number) => {
    const { input } = await start({ input: JSON.stringify({ a: "x".repeat(bytes) }) }, sized);
    return Object.keys(input._datadog ?? {});
  };
  expect(await keysAt(262_144 - added)).toEqual(["traceparent", "x-amzn-trace-id"]);
  expect(await keysAt(262_144 - added + 1)).toEqual(["traceparent"]);
  expect(await keysAt(262_144 - '{"a":""}'.length)).toEqual([]);
});

test("an input that another trace wrote keeps that; the start is linked to it", async () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const { span, input } = await start({ input: JSON.stringify({ _datadog: { traceparent } }) });
  expect(input).toEqual({ _datadog: { traceparent } });
  expect(span.links.map(({ context }) => context.spanId)).toEqual(["00f067aa0ba902b7"]);
});

test("what a Datadog-instrumented caller puts into the input is read the same", async () => {
  const context = { traceId: "0123456789abcdef00f067aa0ba902b7", spanId: "00f067aa0ba902b7", sampled: true };
  const { parent } = await start({ input: JSON.stringify({ _datadog: inject(context, [datadog]) }) }, plain);
  expect(parent).toMatchObject(context);
});

test("by option the input stays as it is, also where there is none", async () => {
  const declining = traced(new SFNClient(configuration()), { envelopes: { stepFunctions: false } });
  expect((await start({ input: '{"order":7}' }, declining)).input).toEqual({ order: 7 });
  expect((await start({}, declining)).input).toEqual({});
  declining.destroy();
});

test("an odd input is answered as without us", async () => {
  await fc.assert(
    fc.asyncProperty(oddInputs("stateMachineArn", "input", "traceHeader"), async (input) => {
      const outcome = (by: SFNClient) =>
        by.send(new StartExecutionCommand(input as never)).then(
          () => "started",
          ({ name, message }: Error) => [name, message],
        );
      expect(await outcome(client)).toEqual(await outcome(plain));
    }),
    { numRuns: 60 },
  );
});
