import { stepFunctions } from "@throughline/payloads";
import { resolve } from "@throughline/triggers";
import { describe, expect, test } from "vitest";
import { blocks, run } from "./blocks.ts";

// Outside an invocation there is no trace: the pages' code runs, and what it would put a context into stays as it is.
const client =
  "const client: any = { publish: (...sent: unknown[]) => print(sent), on: (_: string, f: any) => f('', '', packet) };";
const print = "const print = (value: unknown) => console.log(JSON.stringify(value));";

describe("docs/step-functions.md", () => {
  test("shows the snippets as they are generated", () => {
    const shown = blocks("step-functions.md", "json").map((block) => JSON.parse(block));
    const { jsonata, jsonPath, jsonPathMerge } = stepFunctions.snippets();
    expect(shown).toEqual([jsonata, jsonPath, jsonPathMerge]);
  });

  test("starts an execution and traces a definition", async () => {
    const [start, trace] = blocks("step-functions.md", "ts");
    const given =
      "const stateMachineArn = 'arn'; const client = { startExecution: async (input: unknown) => console.log(JSON.stringify(input)) };";
    expect(JSON.parse(await run(start as string, given))).toEqual({
      stateMachineArn: "arn",
      input: '{"order":7}',
    });
    const machine = {
      StartAt: "A",
      States: { A: { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Parameters: {}, End: true } },
    };
    const text = `const text = ${JSON.stringify(JSON.stringify(machine))};`;
    expect(await run(trace as string, text, "if (!definition.includes('_datadog')) throw new Error();")).toBe(
      "added States.A.Parameters.Payload \n",
    );
  });
});

describe("docs/mqtt.md", () => {
  const [publish, rule, consume] = blocks("mqtt.md", "ts");

  test("publishes", async () => {
    const given = `${print} ${client} const payload = '{"order":7}';`;
    expect(
      (await run(publish as string, given, "print(userProperties);"))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      ["orders/new", '{"order":7}', { properties: { contentType: "application/json" } }],
      ["orders/new", '{"order":7}'],
      '[{"tenant":"a"}]',
    ]);
  });

  test("shows the SQL that its code gives", async () => {
    expect(blocks("mqtt.md", "sql")).toEqual([await run(rule as string, "", "console.log(sql);")]);
  });

  test("shows an event whose trace is found", () => {
    const [event] = blocks("mqtt.md", "json");
    const { trigger, spanName, parentage } = resolve(JSON.parse(event as string), undefined);
    expect([trigger.name, spanName, parentage.parent?.spanId]).toEqual([
      "iot",
      "process orders/new",
      "00f067aa0ba902b7",
    ]);
  });

  test("consumes", async () => {
    const packet = {
      properties: {
        userProperties: { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" },
      },
    };
    const given = `${print} const packet = ${JSON.stringify(packet)}; ${client} const handle = (_: unknown, found: any) => print(found.spanId);`;
    expect(await run(consume as string, given)).toBe('"00f067aa0ba902b7"\n');
  });
});
