import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type LambdaFunction, type Receiver, startFunction, startReceiver } from "@throughline/testing";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { bundle } from "./bundle.ts";

const roots = new Map<string, string>();
let receiver: Receiver;
let fn: LambdaFunction | undefined;

beforeAll(async () => {
  const names = readdirSync(join(import.meta.dirname, "functions")).map((file) => file.replace(".ts", ""));
  await Promise.all(names.map(async (name) => roots.set(name, await bundle(name))));
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => receiver.clear());
afterEach(async () => {
  await fn?.stop();
  fn = undefined;
});

async function start(
  name: string,
  environment: Record<string, string> = {},
  options = {},
): Promise<LambdaFunction> {
  fn = await startFunction({
    taskRoot: roots.get(name) ?? "",
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...environment },
    ...options,
  });
  return fn;
}

/** Whether the last response was out before the last export arrived. */
function mode(): "after-return" | "before-return" {
  const response = fn?.timeline.findLast(({ what }) => what === "response" || what === "error");
  const exported = receiver.requests.at(-1);
  if (!response || !exported) throw new Error("nothing was answered, or nothing exported");
  return response.at < exported.receivedAt ? "after-return" : "before-return";
}

test.each([
  ["tracing() alone, accepted in time", "bare-slow-init", {}, "after-return"],
  ["tracing() alone, too late", "late", {}, "before-return"],
  ["tracing() alone under SAM", "bare-slow-init", { AWS_SAM_LOCAL: "true" }, "before-return"],
  ["register by import", "registered", {}, "after-return"],
  ["register by import and tracedExecution()", "scoped", {}, "after-return"],
] as const)("%s flushes as it should, every time", async (_, name, environment, expected) => {
  const { invoke, settled } = await start(name, environment);
  for (let invocation = 1; invocation <= 3; invocation += 1) {
    await invoke({ n: invocation });
    await settled();
    expect(receiver.requests).toHaveLength(invocation);
    expect(mode()).toBe(expected);
  }
});

test("register by NODE_OPTIONS flushes after the response", async () => {
  const preload = `${roots.get("preload")}/index.mjs`;
  const { invoke, settled } = await start("bare", { NODE_OPTIONS: `--import=${preload}` });
  await invoke({});
  await settled();
  expect(mode()).toBe("after-return");
});

test("register waits for an answer that takes its time", async () => {
  const { invoke, settled } = await start("registered", {}, { registrationDelay: 300 });
  await invoke({});
  await settled();
  expect(mode()).toBe("after-return");
});

test("a bare tracing() is in the mode that Lambda's answer allows", async () => {
  const { invoke, settled, timeline } = await start("bare");
  await invoke({});
  await settled();
  const accepted = timeline.some(({ what }) => what === "registered");
  expect(mode()).toBe(accepted ? "after-return" : "before-return");
});

test("a managed instance exports in the background, each invocation under its own trace", async () => {
  const { invoke, settled, timeline } = await start("registered", {}, { concurrency: 4 });
  const traces = ["1", "2", "3", "4"].map((digit) => digit.repeat(32));
  const results = await Promise.all(
    traces.map((trace, index) =>
      invoke({ traceparent: `00-${trace}-00f067aa0ba902b7-01`, takes: 40 - 10 * index }),
    ),
  );
  await settled();
  const spans = await receiver.waitForSpans(8);
  expect(timeline.filter(({ what }) => what === "registered" || what === "refused")).toStrictEqual([]);
  for (const [index, trace] of traces.entries()) {
    const own = spans.filter(({ traceId }) => traceId === trace);
    expect(own.map(({ name }) => name).sort()).toStrictEqual(["function", "work"]);
    expect((results[index] as { headers: Record<string, string> }).headers.traceparent).toContain(trace);
  }
});

test("the response does not wait for a collector that does not answer", async () => {
  receiver.respond = () => ({ hang: true });
  const { invoke, timeline } = await start("registered", {}, { timeout: 3000 });
  await invoke({});
  const times = new Map(timeline.map(({ what, at }) => [what, at]));
  expect(times.has("extension-polls")).toBe(true);
  expect(timeline.filter(({ what }) => what === "extension-polls")).toHaveLength(1);
  receiver.respond = undefined;
});

test("what a collector refused for now arrives with the next invocation", async () => {
  receiver.respond = () => ({ status: 503 });
  const { invoke, settled } = await start("registered");
  await invoke({});
  await settled();
  expect(receiver.spans).toStrictEqual([]);
  receiver.respond = undefined;
  await invoke({});
  await settled();
  const spans = receiver.requests.at(-1)?.spans ?? [];
  expect(spans.map(({ name }) => name).sort()).toStrictEqual(["function", "function", "work", "work"]);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2);
});

test("an invocation that nobody traces lets the environment freeze", async () => {
  const { invoke, settled } = await start("registered");
  expect(await invoke({ warm: true })).toBe("warm");
  await settled();
  await invoke({});
  await settled();
  expect(mode()).toBe("after-return");
});

test("a function that registers but traces nothing is not held", async () => {
  const { invoke, settled } = await start("untraced");
  expect(await invoke({})).toBe("untraced");
  await settled();
  expect(receiver.requests).toStrictEqual([]);
});

test("an invocation that times out ends the environment as it would have; the next one is traced again", async () => {
  const { invoke, settled } = await start("registered", {}, { timeout: 400 });
  await expect(invoke({ takes: 5000 })).rejects.toThrow("Task timed out after 400 ms");
  await settled();
  await invoke({});
  await settled();
  expect(mode()).toBe("after-return");
});

test("spans of the user's own provider are flushed by flush()", async () => {
  const { invoke, settled } = await start("foreign-provider");
  await invoke({ traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" });
  await settled();
  const spans = receiver.spans;
  expect(spans.map(({ name, traceId }) => [name, traceId]).sort()).toStrictEqual([
    ["function", "0af7651916cd43dd8448eb211c80319c"],
    ["work", "0af7651916cd43dd8448eb211c80319c"],
  ]);
});

test("a failed handler reaches the caller as it is, and its span says so", async () => {
  const { invoke, settled } = await start("registered");
  await expect(invoke({ fails: true })).rejects.toMatchObject({
    errorType: "RangeError",
    message: "as asked",
  });
  await settled();
  expect(mode()).toBe("after-return");
  const root = receiver.spans.find(({ name }) => name === "function");
  expect(root).toMatchObject({
    status: { code: "ERROR", message: "as asked" },
    attributes: { "error.type": "RangeError" },
  });
});

test("a streamed response is the same, and traced", async () => {
  const { invoke, settled } = await start("streaming");
  expect(await invoke({})).toBe("one two");
  await settled();
  await expect(invoke({ fails: true })).rejects.toMatchObject({
    errorType: "RangeError",
    message: "as asked",
  });
  await settled();
  expect(receiver.spans.map(({ name, status }) => [name, status.code])).toEqual([
    ["function", "UNSET"],
    ["function", "ERROR"],
  ]);
});

test("each attempt of a retried invocation, all under one request id, is out before the freeze", async () => {
  const { invoke, settled } = await start("registered");
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await expect(invoke({ fails: true, takes: 20 }, { requestId: "one-and-the-same" })).rejects.toThrow(
      "as asked",
    );
    await settled();
    expect(receiver.spans).toHaveLength(2 * attempt);
    expect(mode()).toBe("after-return");
  }
});

test("the span of a streamed response ends with its body, and leaves after it", async () => {
  const { invoke, settled } = await start("streaming");
  expect(await invoke({ pauses: 100 })).toBe("one two");
  await settled();
  const [span] = receiver.spans;
  expect(Number((span?.endTimeUnixNano ?? 0n) - (span?.startTimeUnixNano ?? 0n)) / 1e6).toBeGreaterThan(90);
  expect(mode()).toBe("after-return");
});

test.each([
  [
    "an ES module",
    "context.extract",
    { order: { trace: "4bf92f3577b34da6a3ce929d0e0e4736", span: "00f067aa0ba902b7" } },
  ],
  [
    "a CommonJS module in a folder",
    "lib/headers.nested.extract",
    { meta: { parent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" } },
  ],
])("DD_TRACE_EXTRACTOR names a function of %s beside a bundled handler", async (_, setting, event) => {
  cpSync(join(import.meta.dirname, "../fixtures/extractors"), roots.get("registered") ?? "", {
    recursive: true,
  });
  const { invoke, settled } = await start("registered", { DD_TRACE_EXTRACTOR: setting });
  await invoke(event);
  await settled();
  const root = receiver.spans.find(({ name }) => name === "function");
  expect(root).toMatchObject({
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    parentSpanId: "00f067aa0ba902b7",
  });
});

test("an extractor that is not there is a line in the log; the function runs, traced", async () => {
  const { invoke, settled } = await start("registered", { THROUGHLINE_TRACE_EXTRACTOR: "missing.extract" });
  await invoke({});
  await settled();
  expect(fn?.log).toContain('the trace extractor "missing.extract" could not be loaded');
  expect(receiver.spans).toHaveLength(2);
});
