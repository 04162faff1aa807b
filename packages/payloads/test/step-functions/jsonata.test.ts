import { extract, inject } from "@throughline/propagation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { envelope, stepFunctions, traceStateMachine } from "../../src/index.ts";
import { contextObject, datadogIds, evaluate, halves, ID, PARENT_ID, traceparent } from "./context.ts";

const { Payload } = stepFunctions.snippets().jsonata;
const upstream = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };
const headers = inject({ ...upstream, sampled: true, traceState: "rojo=1", baggage: "tier=gold" });
const expression = (text: string) => `{% ${text} %}`;

async function event(context: object, input: unknown = { order: 7 }) {
  return (await evaluate(Payload, { context, input })) as Record<string, unknown>;
}

function read(payload: unknown) {
  for (const { at, carrier } of envelope.extract(payload, "event")) {
    const found = extract(carrier);
    if (found) return { at, ...found.context };
  }
  return undefined;
}

describe("an execution with an upstream trace goes on with it", () => {
  test.each<[string, unknown]>([
    ["under _datadog", { _datadog: headers }],
    ["W3C's alone", { _datadog: { traceparent } }],
    ["in the input's own fields", { order: 7, traceparent }],
    ["in an event's detail", { detail: { _datadog: { traceparent } } }],
    ["in a batch of a distributed Map", { Items: [1], BatchInput: { _datadog: headers } }],
    ["X-Ray's alone", { _datadog: { "x-amzn-trace-id": headers["x-amzn-trace-id"] } }],
    ["B3's alone", { _datadog: { b3: "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1" } }],
    [
      "of a parent in JSONPath's form",
      { _datadog: contextObject({ Id: PARENT_ID, Input: { _datadog: headers } }) },
    ],
    ["of a parent under CONTEXT", { CONTEXT: contextObject({ Id: PARENT_ID, Input: { traceparent } }) }],
  ])("%s", async (_, Input) => {
    expect(read(await event(contextObject({ Input })))).toMatchObject({
      at: "event._datadog",
      ...upstream,
      sampled: true,
    });
  });

  test("Datadog's reader joins the same trace", async () => {
    const payload = await event(contextObject({ Input: { _datadog: headers } }));
    expect(datadogIds(payload)?.trace).toBe(upstream.traceId);
    // It tells the two kinds of root by which of them is given.
    expect(payload._datadog).not.toHaveProperty("RootExecutionId");
    expect(read(payload)).toMatchObject({ baggage: "tier=gold" });
  });

  test("nothing but propagation headers is taken from the input", async () => {
    const payload = await event(
      contextObject({ Input: { traceparent, card: "4711", _datadog: { card: "4711" } } }),
    );
    expect(JSON.stringify(payload._datadog)).not.toContain("4711");
  });

  test("what lies in two places is not mixed", async () => {
    const Input = { _datadog: { traceparent }, tracestate: "other=1" };
    expect(read(await event(contextObject({ Input })))?.traceState).toBeUndefined();
  });
});

describe("an execution without one", () => {
  test.each([
    [{}, 0, 0],
    [{ order: 7 }, 2, 0],
    ["text", 0, 1],
    [[1, { _datadog: 7 }], 3, 2],
    [{ _datadog: "text", detail: [], BatchInput: null, CONTEXT: 1 }, 0, 0],
  ])(
    "has the ids that Datadog derives: %j, %i retries, %i redrives",
    async (Input, RetryCount, RedriveCount) => {
      const payload = await event(contextObject({ Input, RetryCount, RedriveCount }));
      const expected = datadogIds(payload);
      expect(expected?.trace).toBe(halves(ID).join(""));
      expect(read(payload)).toMatchObject({
        traceId: expected?.trace,
        spanId: expected?.span,
        sampled: true,
      });
    },
  );

  test("is in one trace with those it starts, to any depth", async () => {
    const states = { context: contextObject({ Id: PARENT_ID }), input: {} };
    const child = contextObject({ Input: await evaluate(Payload, states) });
    const grandchild = contextObject({ Id: `${ID}-child`, Input: await event(child, {}) });
    for (const context of [child, grandchild]) {
      const payload = await event(context);
      expect(read(payload)?.traceId).toBe(halves(PARENT_ID).join(""));
      expect(datadogIds(payload)?.trace).toBe(halves(PARENT_ID).join(""));
    }
  });

  test("is in one trace with the one in JSONPath that started it", async () => {
    const parent = contextObject({ Id: PARENT_ID });
    const payload = await event(contextObject({ Input: { _datadog: parent } }));
    expect(read(payload)?.traceId).toBe(halves(PARENT_ID).join(""));
  });
});

describe("what the function gets", () => {
  test("has the context object's three parts, and neither the input twice nor the task's token", async () => {
    const { _datadog, ...rest } = await event(contextObject({ Input: { big: "x".repeat(99) } }));
    expect(rest).toEqual({ order: 7 });
    expect(_datadog).toMatchObject({
      "serverless-version": "v1",
      State: { Name: "Charge" },
      StateMachine: { Name: "orders" },
    });
    expect(JSON.stringify(_datadog)).not.toMatch(/secret|xxx/);
  });

  test("replaces the context of the hop before", async () => {
    const context = contextObject({ Input: { _datadog: { traceparent } } });
    expect(await event(context, { _datadog: { traceparent: "old" } })).toMatchObject({
      _datadog: { traceparent },
    });
  });

  test.each([["text"], [7], [null], [true], [[1, 2]], [[{ a: 1 }]], [[]]])(
    "%j is passed on as it is",
    async (input) => {
      expect(await event(contextObject(), input)).toEqual(input);
    },
  );

  const merged = (Payload: string) =>
    traceStateMachine({
      QueryLanguage: "JSONata",
      StartAt: "A",
      States: {
        A: { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Arguments: { Payload }, End: true },
      },
    }).definition.States.A.Arguments.Payload;

  test.each([
    "$states.input",
    "{'c': $states.input.order, 'p': 2}",
    "$c := $states.input; $c",
    "$states.input.missing",
    "$states.input.items[price > 1]",
    "$states.input.items[]",
    "$p ~> $uppercase",
    "$map([1, 2], function($v) { $v * 2 })",
    "'text %' & '}'",
  ])("what %s gives is not changed by our names", async (text) => {
    const states = { context: contextObject(), input: { order: 7, items: [{ price: 1 }, { price: 2 }] } };
    const bindings = { context: states.context, input: states.input };
    const before = await evaluate(expression(`(${text})`), bindings);
    const after = await evaluate(merged(expression(text)), bindings);
    const isObject = typeof before === "object" && before !== null && !Array.isArray(before);
    expect(after).toEqual(isObject ? { ...before, _datadog: expect.anything() } : before);
  });

  test("no input of an execution makes the expression fail", async () => {
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue(),
        fc.record(
          {
            _datadog: tie("node"),
            traceparent: tie("node"),
            BatchInput: tie("node"),
            detail: tie("node"),
            CONTEXT: tie("node"),
            Execution: tie("node"),
            RootExecutionId: tie("node"),
            Input: tie("node"),
            "x-datadog-trace-id": tie("node"),
            "x-datadog-tags": tie("node"),
          },
          { requiredKeys: [] },
        ),
      ),
    })).node;
    await fc.assert(
      fc.asyncProperty(value, async (Input) => {
        const payload = await event(contextObject({ Input }));
        expect(payload).toMatchObject({ order: 7, _datadog: { Execution: { Id: ID } } });
        read(payload);
      }),
    );
  });
});
