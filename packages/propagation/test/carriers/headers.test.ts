import { expect, test } from "vitest";
import { headers } from "../../src/index.ts";
import { deepFreeze } from "../deep-freeze.ts";

const none = undefined;

test.each<[string, unknown[], string | undefined]>([
  ["a single value", [{ trace: "a" }], "a"],
  ["a name in any case", [{ TrAcE: "a" }], "a"],
  ["the exact name before one in another case", [{ TRACE: "a", trace: "b" }], "b"],
  ["several values, joined", [{ trace: ["a", "b"] }], "a,b"],
  ["several values in any case", [{ Trace: ["a", "b"] }], "a,b"],
  ["a list of one", [{ trace: ["a"] }], "a"],
  ["a list with empty and other items in it", [{ trace: ["", "a", null, 1, ["c"], "b"] }], "a,b"],
  ["repeated values before the last of them", [{ trace: ["a", "b"] }, { trace: "b" }], "a,b"],
  ["the second object where the first has no such name", [{ other: ["x"] }, { trace: "b" }], "b"],
  ["the second object where the first is empty", [{}, { trace: "b" }], "b"],
  ["the second object where the first is null", [null, { trace: "b" }], "b"],
  ["the second object where the first is missing", [undefined, { trace: "b" }], "b"],
  ["the second object where the first is no object", ["trace", { trace: "b" }], "b"],
  ["the second object where the first has an empty value", [{ trace: "" }, { trace: "b" }], "b"],
  ["the second object where the first has an empty list", [{ trace: [] }, { trace: "b" }], "b"],
  ["the second object where the first has no text", [{ trace: null }, { trace: "b" }], "b"],
  ["the first object where the second is null", [{ trace: "a" }, null], "a"],
  ["a map without a prototype", [Object.assign(Object.create(null), { trace: "a" })], "a"],
  ["nothing of no objects", [], none],
  ["nothing of null and null", [null, null], none],
  ["nothing of an empty value", [{ trace: "" }], none],
  ["nothing of a list of empty values", [{ trace: ["", ""] }], none],
  ["nothing of a number", [{ trace: 1 }], none],
  ["nothing of true", [{ trace: true }], none],
  ["nothing of an object", [{ trace: { value: "a" } }], none],
  ["nothing of a name that is longer", [{ traces: "a" }], none],
  ["nothing of a prototype", [Object.create({ trace: "a", TRACE: "b" })], none],
])("headers hold %s", (_, objects, value) => {
  expect(headers(...objects.map(deepFreeze))("trace")).toBe(value);
});

test.each(["constructor", "__proto__", "tostring", "hasownproperty"])(
  "%s is not found where nobody put it",
  (key) => {
    expect(headers({ a: "1" })(key)).toBeUndefined();
  },
);

test("__proto__ is a name like any other where a client sent it", () => {
  expect(headers(JSON.parse('{ "__proto__": "a" }'))("__proto__")).toBe("a");
});

test("ten thousand names are looked through for one", () => {
  const map = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`x-name-${index}`, "a"]));
  expect(headers({ ...map, TraceParent: "b" })("traceparent")).toBe("b");
});
