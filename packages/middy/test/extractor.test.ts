import { join } from "node:path";
import middy from "@middy/core";
import { trace } from "@opentelemetry/api";
import { afterEach, expect, test, vi } from "vitest";
import { extractContext, getTraceContext, tracedExecution, tracing } from "../src/index.ts";
import { lambdaContext, memorySink } from "./harness.ts";

const sink = memorySink();
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const OTHER = "a".repeat(32);
const context = { traceId: TRACE, spanId: SPAN, sampled: true };
const event = { traceparent: `00-${OTHER}-${SPAN}-01` };

afterEach(() => vi.unstubAllEnvs());

const later = <Value>(value: Value) => new Promise<Value>((resolve) => setTimeout(resolve, 5, value));

for (const [mode, config] of [
  [".use(tracing())", {}],
  ["tracedExecution()", { executionMode: tracedExecution() }],
] as const) {
  test.each([
    ["at once", () => context],
    ["later", () => later(context)],
  ])(
    `${mode}: what the extractor finds %s is the parent, and its span active in the handler`,
    async (_, extractor) => {
      const handler = middy(config)
        .use(tracing({ sink, extractor }))
        .before(async () => void (await later(1)))
        .handler(async () => trace.getActiveSpan()?.spanContext());
      const active = (await handler(event, lambdaContext())) as { traceId: string; spanId: string };
      const [span] = sink.take();
      expect(span?.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: SPAN });
      expect(active).toMatchObject({ traceId: TRACE, spanId: span?.spanContext().spanId });
      expect(trace.getActiveSpan()).toBeUndefined();
    },
  );
}

test.each([
  ["finds none", () => undefined],
  ["fails", () => Promise.reject(new Error("no"))],
])("an extractor that %s leaves the event to be read as usual", async (_, extractor) => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  await middy(async () => {}).use(tracing({ sink, extractor }))(event, lambdaContext());
  expect(sink.take()[0]?.parentSpanContext?.traceId).toBe(OTHER);
  warn.mockRestore();
});

test.each(["THROUGHLINE_TRACE_EXTRACTOR", "DD_TRACE_EXTRACTOR"])(
  "%s names one by file and function",
  async (name) => {
    vi.stubEnv(name, "context.extract");
    vi.stubEnv("LAMBDA_TASK_ROOT", join(import.meta.dirname, "../../../test/fixtures/extractors"));
    await middy(async () => {}).use(tracing({ sink }))(
      { order: { trace: TRACE, span: SPAN } },
      lambdaContext(),
    );
    expect(sink.take()[0]?.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: SPAN });
  },
);

test("extractContext() asks it, too", async () => {
  const handler = middy(async () => getTraceContext()).use(
    extractContext({ extractor: () => later(context) }),
  );
  expect(await handler({}, lambdaContext())).toMatchObject({ traceId: TRACE, spanId: SPAN });
});

test("overlapping invocations whose extractors take their time keep apart", async () => {
  const extractor = async (event: unknown) => {
    const { id } = event as { id: number };
    for (let turn = 0; turn < id; turn += 1) await later(1);
    return { ...context, traceId: String(id).repeat(32) };
  };
  const handler = middy(async () => trace.getActiveSpan()?.spanContext().traceId).use(
    tracing({ sink, extractor }),
  );
  const ids = [3, 1, 2];
  const seen = await Promise.all(ids.map((id) => handler({ id }, lambdaContext())));
  expect(seen).toEqual(ids.map((id) => String(id).repeat(32)));
});

test("an extractor that is no function is refused", () => {
  expect(() => tracing({ extractor: "file.function" } as never)).toThrow(
    new TypeError('tracing({ extractor: "file.function" }): expected a function'),
  );
});
