import { describe, expect, test } from "vitest";
import { limits, stepFunctions } from "../../src/index.ts";

const carried = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", baggage: "a=1" };

describe("an execution's input", () => {
  test.each<[string, unknown, unknown]>([
    [
      "a text keeps its digits",
      '{ "id": 12345678901234567890 }',
      `{ "id": 12345678901234567890 ,"_datadog":${JSON.stringify(carried)}}`,
    ],
    ["an object becomes a copy", Object.freeze({ order: 7 }), { order: 7, _datadog: carried }],
    ["nothing at all becomes an object", undefined, JSON.stringify({ _datadog: carried })],
    ["a list stays", "[1]", "[1]"],
    ["a broken text stays", "{", "{"],
    ["an empty text, which AWS refuses, stays", "", ""],
  ])("%s", (_, input, expected) => expect(stepFunctions.injectInput(input, carried)).toEqual(expected));

  test("without a context is what it was", () => {
    expect(stepFunctions.injectInput(undefined, {})).toBeUndefined();
    expect(stepFunctions.injectInput("{}", {})).toBe("{}");
  });

  test("never grows beyond what a state may hold", () => {
    const shortages: string[] = [];
    const onShortage = (shortage: string) => shortages.push(shortage);
    const { input: bound } = limits.stepFunctions;
    const text = (bytes: number) => JSON.stringify({ data: "ä".repeat((bytes - 11) / 2) });
    const full = text(bound - 1);
    expect(stepFunctions.injectInput(full, carried, { onShortage })).toBe(full);
    const reduced = stepFunctions.injectInput(text(bound - 90), carried, { onShortage });
    expect(JSON.parse(reduced)._datadog).toEqual({ traceparent: carried.traceparent });
    expect(Buffer.byteLength(reduced)).toBeLessThanOrEqual(bound);
    expect(shortages).toEqual(["skipped", "reduced"]);
  });
});
