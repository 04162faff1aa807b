import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { attributes, attributeText } from "../../src/index.ts";
import { deepFreeze } from "../deep-freeze.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const bytes = (text: string) => new TextEncoder().encode(text);

test.each<[string, unknown, string | undefined]>([
  [
    "what Lambda delivers from SQS",
    { stringValue: "a", stringListValues: [], binaryListValues: [], dataType: "String" },
    "a",
  ],
  ["binary from SQS, in base64", { binaryValue: base64("{é}"), dataType: "Binary" }, "{é}"],
  ["what Lambda delivers from SNS", { Type: "String", Value: "a" }, "a"],
  ["binary from SNS, in base64", { Type: "Binary", Value: base64("{é}") }, "{é}"],
  ["what the SDK receives", { DataType: "String", StringValue: "a" }, "a"],
  ["binary that the SDK receives, as bytes", { DataType: "Binary", BinaryValue: bytes("{é}") }, "{é}"],
  ["binary of a producer that writes JSON", { DataType: "Binary", BinaryValue: base64("a") }, "a"],
  ["bytes of a view into a larger buffer", { BinaryValue: bytes("xxabcxx").subarray(2, 5) }, "abc"],
  ["bytes without a type", { Value: bytes("a") }, "a"],
  ["a text before bytes", { stringValue: "a", binaryValue: base64("b") }, "a"],
  ["bytes where the text is empty", { stringValue: "", binaryValue: base64("b") }, "b"],
  ["bytes where the text is null", { stringValue: null, binaryValue: base64("b") }, "b"],
  ["a number as it is spelled", { dataType: "Number", stringValue: "42" }, "42"],
  ["nothing of a plain string", "a", undefined],
  ["nothing of null", null, undefined],
  ["nothing of nothing", undefined, undefined],
  ["nothing of an empty attribute", {}, undefined],
  ["nothing of an empty text", { stringValue: "" }, undefined],
  ["nothing of an empty binary", { binaryValue: "" }, undefined],
  ["nothing of no bytes", { binaryValue: new Uint8Array() }, undefined],
  ["nothing of a number that is no text", { stringValue: 42 }, undefined],
  ["nothing of an object", { Type: "String", Value: { a: 1 } }, undefined],
])("an attribute holds %s", (_, attribute, text) => {
  expect(attributeText(deepFreeze(attribute))).toBe(text);
});

test("broken UTF-8 and base64 become some text, not an error", () => {
  expect(attributeText({ BinaryValue: new Uint8Array([0xff, 0xfe, 0x61]) })).toMatch(/a$/);
  expect(attributeText({ binaryValue: "*** no base64 ***" })).toBeTypeOf("string");
});

test("attributes are found by name in any case", () => {
  const carrier = attributes(deepFreeze({ TraceParent: { stringValue: "a" }, _datadog: { Value: "b" } }));
  expect(carrier("traceparent")).toBe("a");
  expect(carrier("_datadog")).toBe("b");
  expect(carrier("tracestate")).toBeUndefined();
});

test.each(["constructor", "__proto__", "tostring"])("%s is not found where nobody put it", (key) => {
  expect(attributes({})(key)).toBeUndefined();
});

test.each([[null], [undefined], ["traceparent"], [42]])("%j holds no attributes", (map) => {
  expect(attributes(map)("traceparent")).toBeUndefined();
});
