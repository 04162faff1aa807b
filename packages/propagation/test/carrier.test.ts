import { expect, test } from "vitest";
import { empty, single } from "../src/index.ts";

test.each([
  ["a value", "a", "a"],
  ["blanks around it", " \ta b\t ", "a b"],
  ["the same value twice", "a, a,a", "a"],
  ["two different values", "a,b", undefined],
  ["three values of which one differs", "a,a,b", undefined],
  ["a value and nothing", "a,", undefined],
  ["nothing", "", ""],
  ["no value", undefined, undefined],
  ["8192 characters", "a".repeat(8192), "a".repeat(8192)],
  ["more characters than a header has", "a".repeat(8193), undefined],
  ["a megabyte of commas", ",".repeat(1_000_000), undefined],
])("of %s one counts", (_, value, counts) => expect(single(value)).toBe(counts));

test("an empty carrier holds nothing", () => expect(empty("traceparent")).toBeUndefined());
