import { AsyncLocalStorage } from "node:async_hooks";
import middy from "@middy/core";
import { type Context, type ContextManager, context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { expect, test, vi } from "vitest";
import { tracedExecution, tracing } from "../src/index.ts";
import { lambdaContext, memorySink } from "./harness.ts";

/** As of OpenTelemetry 2: nothing to enter it by. */
class OldManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active = () => this.#storage.getStore() ?? ROOT_CONTEXT;
  with: ContextManager["with"] = (target, run, thisArg, ...args) =>
    this.#storage.run(target, () => run.apply(thisArg as never, args));
  bind: ContextManager["bind"] = (_, target) => target;
  enable = () => this;
  disable = () => this;
}

context.setGlobalContextManager(new OldManager());
const sink = memorySink();

test("with a manager that cannot be entered, the span is recorded, not active, and one line names the remedy", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const handler = middy(async () => trace.getActiveSpan()).use(tracing({ sink }));
  expect(await handler({}, lambdaContext())).toBeUndefined();
  expect(await handler({}, lambdaContext())).toBeUndefined();
  expect(sink.take()).toHaveLength(2);
  expect(warn.mock.calls.map(([line]) => line)).toEqual([expect.stringContaining("tracedExecution()")]);
  warn.mockRestore();
});

test("tracedExecution() makes it active there, too", async () => {
  const handler = middy({ executionMode: tracedExecution() })
    .use(tracing({ sink }))
    .handler(async () => trace.getActiveSpan()?.spanContext().spanId);
  const active = await handler({}, lambdaContext());
  expect(sink.take().map((span) => span.spanContext().spanId)).toEqual([active]);
});
