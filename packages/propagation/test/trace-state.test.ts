import fc from "fast-check";
import { expect, test } from "vitest";
import { getMember, parseTraceState, setMember } from "../src/index.ts";
import { traceStates } from "./arbitraries.ts";

const members = (count: number) => Array.from({ length: count }, (_, index) => `k${index}=${index}`);

test("a legal list is its members", () => {
  fc.assert(
    fc.property(traceStates, (list) => {
      expect(parseTraceState(list)).toEqual(list.split(","));
    }),
  );
});

test.each([[undefined], [""], [","], ["A=1"], [members(33).join(",")]])("%j has no members", (list) => {
  expect(parseTraceState(list)).toBeUndefined();
});

test.each([
  ["dd", "s:1;o:rum"],
  ["d", undefined],
  ["ddd", "x"],
  ["s", undefined],
])("the member %s is %s", (key, value) => {
  expect(getMember("ddd=x,dd=s:1;o:rum", key)).toBe(value);
});

test.each([
  ["into nothing", undefined, "dd=1"],
  ["into an empty list", "", "dd=1"],
  ["before the others", "a=1,b=2", "dd=1,a=1,b=2"],
  ["in place of itself, moved to the front", "a=1,dd=0,b=2", "dd=1,a=1,b=2"],
  ["beside one that is only alike", "ddd=0", "dd=1,ddd=0"],
  ["in place of a broken list", "a=1,B=2", "dd=1"],
  ["among 32, the last goes", members(32).join(","), ["dd=1", ...members(31)].join(",")],
  [
    "among 32 of which it is one, nobody goes",
    ["dd=0", ...members(31)].join(","),
    ["dd=1", ...members(31)].join(","),
  ],
])("a member is set %s", (_, list, expected) => {
  expect(setMember(list, "dd", "1")).toBe(expected);
});

test.each([
  ["a key in upper case", "DD", "1"],
  ["a key with a comma", "a,b", "1"],
  ["no key", "", "1"],
  ["no value", "dd", ""],
  ["a value with a comma", "dd", "1,2"],
  ["a value with an equals sign", "dd", "1=2"],
  ["a value with a line break", "dd", "1\n2"],
  ["a value of 257 characters", "dd", "x".repeat(257)],
])("%s would spoil the list and is not set", (_, key, value) => {
  expect(setMember("a=1,b=2", key, value)).toBe("a=1,b=2");
  expect(setMember(undefined, key, value)).toBe("");
});

test("whatever is set, the list stays legal", () => {
  fc.assert(
    fc.property(fc.option(traceStates, { nil: undefined }), fc.string(), fc.string(), (list, key, value) => {
      const changed = setMember(list, key, value);
      expect(parseTraceState(changed)?.join(",") ?? "").toBe(changed);
    }),
  );
});
