import { lambdaContext } from "@throughline/testing";
import { resolve } from "@throughline/triggers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contextObject } from "./deliveries.ts";
import { whatIsDerived as differences } from "./differences.ts";
import { missing, type Program, startProgram } from "./program.ts";
import { readers } from "./readers.ts";
import { type Found, type Ids, verdict } from "./verdict.ts";

const { Execution, State, StateMachine } = contextObject({});
const root = "arn:aws:states:us-east-1:123456789012:execution:checkout:9d1c2b3a";
const v1 = { "serverless-version": "v1" };

/** Context objects that name no span: what they are called after whom the ids are derived from. */
const EVENTS: Readonly<Record<string, object>> = {
  execution: { Execution, State, StateMachine },
  "a second attempt": { Execution, State: { ...State, RetryCount: 2 }, StateMachine },
  "a redriven execution": { Execution: { ...Execution, RedriveCount: 1 }, State, StateMachine },
  "under Payload": { Payload: { Execution, State, StateMachine } },
  "under _datadog": { order: 17, _datadog: { Execution, State, StateMachine } },
  "the root execution": { _datadog: { Execution, State, StateMachine, RootExecutionId: root, ...v1 } },
  "a function at the root": {
    _datadog: {
      Execution,
      State,
      StateMachine,
      "x-datadog-trace-id": "8947434115469464248",
      "x-datadog-tags": "_dd.p.tid=6b00c5af00000000,_dd.p.dm=-0",
      ...v1,
    },
  },
};

describe.skipIf(missing)("A state machine's ids are derived as datadog-lambda-js derives them", () => {
  let reader: Program;
  beforeAll(async () => {
    const { program, environment } = readers["datadog-lambda-js"]!;
    reader = await startProgram(program, environment);
  });
  afterAll(() => reader?.stop());

  test.each(Object.entries(EVENTS))("%s", async (name, event) => {
    const context = { ...lambdaContext() };
    const ours = resolve(event, context).parentage.parent as Ids | undefined;
    expect(ours).toBeDefined();
    const { found } = await reader.ask<{ found: Found[] }>("receive", { event, context });
    expect(verdict(found, ours!)).toBe(differences.shown(name, true));
  });

  test("every difference listed is looked at", () => expect(differences.unasked()).toEqual([]));
});
