import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { loadExtractor, runExtractor } from "../src/extractor.ts";

const root = join(import.meta.dirname, "../../../test/fixtures/extractors");
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const traceparent = `00-${TRACE}-${SPAN}-01`;

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.spyOn(console, "error").mockImplementation(() => {});
  Reflect.deleteProperty(globalThis, Symbol.for("@throughline/extractor-warning"));
});
afterEach(() => vi.restoreAllMocks());

const lines = (level: "warn" | "error") => vi.mocked(console[level]).mock.calls.map(([line]) => String(line));

test.each([
  ["an ES module's, that gives a context", "context.extract", { order: { trace: TRACE, span: SPAN } }],
  [
    "a CommonJS module's nested one in a folder, that gives headers",
    "lib/headers.nested.extract",
    { meta: { parent: traceparent } },
  ],
  [
    "a default export's, that gives Datadog's ids",
    "datadog.extract",
    { dd: { trace: TRACE, parent: BigInt(`0x${SPAN}`).toString() } },
  ],
  [
    "one that makes headers of a record's attributes",
    "sqs.extract",
    {
      Records: [
        { messageAttributes: { "Acme-TraceParent": { stringValue: traceparent, dataType: "String" } } },
      ],
    },
  ],
])("the setting names %s", async (_, setting, event) => {
  const found = await runExtractor(loadExtractor(setting, root), event, { awsRequestId: "event" }, undefined);
  expect(found).toMatchObject({ traceId: TRACE, spanId: SPAN, sampled: true });
  expect([lines("warn"), lines("error")]).toEqual([[], []]);
});

test.each([
  ["a file that is not there", "missing.extract", /there is no .*missing\.\{mjs,cjs,js\}/],
  ["an export that is not there", "context.other", /exports no function "other"/],
  ["no export", "context", /expected "path\/file\.function"/],
  ["a way out of the root", "../secret.extract", /expected "path\/file\.function"/],
])("%s is one clear line in the log, and no context", async (_, setting, reason) => {
  const extractor = loadExtractor(setting, root);
  expect(await runExtractor(extractor, {}, undefined, undefined)).toBeUndefined();
  expect(await runExtractor(extractor, {}, undefined, undefined)).toBeUndefined();
  expect(lines("error")).toEqual([expect.stringContaining(`"${setting}" could not be loaded`)]);
  expect(String(vi.mocked(console.error).mock.calls[0]?.[1])).toMatch(reason);
});

test.each([
  ["throws", () => fail()],
  ["rejects", async () => fail()],
  ["finds none", () => undefined],
  ["finds none, later", async () => ({})],
  ["gives nonsense", () => ({ traceId: "no", parentId: "no" })],
])("one that %s gives no context, and one warning", async (_, extractor) => {
  expect(await runExtractor(extractor, {}, undefined, undefined)).toBeUndefined();
  expect(await runExtractor(extractor, {}, undefined, undefined)).toBeUndefined();
  expect(lines("warn")).toEqual([
    expect.stringMatching(/^Throughline: the trace extractor (failed|found no trace context)/),
  ]);
});

test("a synchronous one answers at once", () => {
  expect(runExtractor(() => ({ traceparent }), {}, undefined, undefined)).toMatchObject({ traceId: TRACE });
});

function fail(): never {
  throw new Error("no");
}
