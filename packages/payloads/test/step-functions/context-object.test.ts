import { datadog, extract, w3c } from "@throughline/propagation";
import { describe, expect, test } from "vitest";
import { envelope, stepFunctions } from "../../src/index.ts";

const ID =
  "arn:aws:states:sa-east-1:425362996713:express:logs-to-traces-sequential:85a9933e-9e11-83dc-6a61-b92367b6c3be:3f7ef5c7-c8b8-4c88-90a1-d54aa7e7e2bf";
const ROOT = "arn:aws:states:sa-east-1:425362996713:execution:parent:0cd2a4ec-0f2a-4b0a-8b4e-3d7a0f5c9a11";

const state = (retries?: unknown) => ({
  Name: "step-one",
  EnteredTime: "2022-12-08T21:08:19.224Z",
  ...(retries !== undefined && { RetryCount: retries }),
});
const context = (more: object = {}, execution: object = {}, retries: unknown = 2) => ({
  Execution: { Id: ID, RedriveCount: 0, ...execution },
  State: state(retries),
  StateMachine: { Id: "arn:aws:states:sa-east-1:425362996713:stateMachine:logs-to-traces-sequential" },
  ...more,
});

function read(payload: unknown, formats = [w3c, datadog]) {
  for (const { at, carrier } of envelope.extract(payload, "event")) {
    const found = extract(carrier, formats);
    if (found) return { at, ...found.context };
  }
  return undefined;
}

const hex = (decimal: string) => BigInt(decimal).toString(16).padStart(16, "0");
const TRACE = `1e3bc630afd0f64f${hex("1139193989631387307")}`;
const SPAN = hex("7747304477664363642");

describe("the published vector", () => {
  test.each([
    ["in the event", context(), "event.Execution.Id"],
    ["under _datadog", { _datadog: context() }, "event._datadog.Execution.Id"],
    ["under _datadog as a text", { _datadog: JSON.stringify(context()) }, "event._datadog.Execution.Id"],
    [
      "in an attribute",
      { _datadog: { DataType: "String", StringValue: JSON.stringify(context()) } },
      "event._datadog.Execution.Id",
    ],
  ])("%s", (_, payload, at) => {
    expect(read(payload)).toMatchObject({ at, traceId: TRACE, spanId: SPAN, sampled: true });
  });

  test.each([
    ["Datadog's", [datadog]],
    ["W3C's", [w3c]],
  ])("in %s spelling alone", (_, formats) => {
    expect(read(context(), formats)).toMatchObject({ traceId: TRACE, spanId: SPAN, sampled: true });
  });

  test("a decimal count is the same as its text", () => {
    expect(read(context({}, { RedriveCount: "0" }, "2"))?.spanId).toBe(SPAN);
  });
});

describe("counts", () => {
  const span = (redrives: unknown, retries: unknown) =>
    read(context({}, { RedriveCount: redrives }, retries))?.spanId;
  test("none and zero are the same", () => {
    expect(
      new Set([span(0, 0), span("0", "0"), span(undefined, null), span(null, {}), span("", [])]).size,
    ).toBe(1);
  });
  test("each attempt is another span of the same trace", () => {
    expect(new Set([span(0, 0), span(0, 1), span(1, 0), span(1, 1), span(0, 2)]).size).toBe(5);
    expect(read(context({}, {}, 7))?.traceId).toBe(TRACE);
  });
});

describe("the trace's id", () => {
  test("of a nested execution is the root's", () => {
    const nested = { _datadog: context({ "serverless-version": "v1", RootExecutionId: ROOT }) };
    const root = read({ Execution: { Id: ROOT }, State: state() });
    expect(read(nested)).toMatchObject({ traceId: root?.traceId, spanId: SPAN });
    expect(read(nested)?.traceId).not.toBe(TRACE);
  });

  const given = { "x-datadog-trace-id": "10593586103637578129" };
  test.each([
    ["6734e7c300000000", "6734e7c300000000"],
    ["fedcba9876543210", "fedcba9876543210"],
  ])("of a function at the root has all of its 128 bits: %s", (tid, high) => {
    const tags = { "x-datadog-tags": `_dd.p.dm=-0,_dd.p.tid=${tid}` };
    const expected = { traceId: high + hex("10593586103637578129"), spanId: SPAN, sampled: true };
    expect(read({ _datadog: context({ "serverless-version": "v1", ...given, ...tags }) })).toMatchObject(
      expected,
    );
    expect(read(context({}, { Input: { _datadog: { ...given, ...tags } } }))).toMatchObject(expected);
  });

  test("is this execution's when what was given is none", () => {
    const broken = { "x-datadog-trace-id": "none", "x-datadog-tags": "" };
    expect(read(context({ "serverless-version": "v1", ...broken }))?.traceId).toBe(TRACE);
    expect(read(context({}, { Input: { _datadog: broken } }))?.traceId).toBe(TRACE);
  });
});

describe("a context in the execution's input wins", () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const datadogHeaders = {
    "x-datadog-trace-id": "5",
    "x-datadog-parent-id": "7",
    "x-datadog-tags": "_dd.p.dm=-0",
  };
  test.each([
    ["a field", { traceparent }, "00f067aa0ba902b7"],
    ["an envelope", { _datadog: { traceparent } }, "00f067aa0ba902b7"],
    ["Datadog's headers, span included", { _datadog: datadogHeaders }, "0000000000000007"],
    [
      "a batch of a distributed Map",
      { Items: [1], BatchInput: { _datadog: { traceparent } } },
      "00f067aa0ba902b7",
    ],
    [
      "the execution whose Map it is",
      { Items: [1], BatchInput: { _datadog: context({}, { Input: { traceparent } }) } },
      "00f067aa0ba902b7",
    ],
    ["the execution before", { CONTEXT: context({}, { Input: { traceparent } }) }, "00f067aa0ba902b7"],
    [
      "the execution before, in JSONata's form",
      { _datadog: context({}, { Input: { traceparent } }) },
      "00f067aa0ba902b7",
    ],
  ])("%s", (_, Input, spanId) => expect(read(context({}, { Input }))?.spanId).toBe(spanId));

  test("but not the state of the execution before", () => {
    const parent = { Execution: { Id: ROOT }, State: state() };
    expect(read(context({}, { Input: { _datadog: parent } }))).toMatchObject({
      traceId: TRACE,
      spanId: SPAN,
    });
    expect(read(context({}, { Input: { CONTEXT: parent } }))).toMatchObject({ traceId: TRACE, spanId: SPAN });
  });
});

test.each([
  null,
  {},
  [],
  "text",
  { Execution: null, State: null },
  { Execution: { Id: ID }, State: { Name: "a" } },
  { Execution: { Id: 1 }, State: state() },
])("%j is no context object", (value) => {
  expect(stepFunctions.matches(value)).toBe(false);
  expect(stepFunctions.extract(value, "")).toEqual([]);
});
