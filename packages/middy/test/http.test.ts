import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import middy from "@middy/core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type TracingOptions, tracing } from "../src/index.ts";
import { lambdaContext, memorySink } from "./harness.ts";

const sink = memorySink();
const seen: (string | undefined)[] = [];
const server = createServer(({ headers }, response) => {
  seen.push(headers.traceparent as string | undefined);
  response.end("ok");
});
let url = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => void server.close());
beforeEach(() => {
  sink.take();
  seen.length = 0;
});

const ask = (options: TracingOptions) =>
  middy(async () => {
    await (await fetch(url)).text();
    // Never read: its span ends with the invocation.
    await fetch(url);
  }).use(tracing({ sink, ...options }));

test("an invocation's requests have spans of its trace, and the headers of those", async () => {
  await ask({})({}, lambdaContext());
  const [one, two, invocation, ...others] = sink.take();
  expect(others).toEqual([]);
  for (const span of [one, two]) {
    expect(span).toMatchObject({
      name: "GET",
      parentSpanContext: { spanId: invocation?.spanContext().spanId },
    });
  }
  expect(seen).toEqual(
    [one, two].map((span) => `00-${span?.spanContext().traceId}-${span?.spanContext().spanId}-01`),
  );
});

test("http: false leaves the requests of that function alone, whatever another asked for", async () => {
  const traced = ask({});
  await ask({ http: false })({}, lambdaContext());
  expect([sink.take().length, seen]).toEqual([1, [undefined, undefined]]);
  await traced({}, lambdaContext());
  expect(sink.take()).toHaveLength(3);
});

test.each([
  [true, "tracing({ http }): expected an object of options, got true"],
  [{ ignored: [] }, "tracing({ http }): no such option as ignored"],
  [{ ignore: [""] }, "tracing({ http }): ignore[0] is : expected a host"],
])("http: %j is refused, also where tracing is off", (http, message) => {
  expect(() => tracing({ http } as never)).toThrow(message);
  process.env.OTEL_SDK_DISABLED = "true";
  try {
    expect(() => tracing({ http } as never)).toThrow(TypeError);
  } finally {
    delete process.env.OTEL_SDK_DISABLED;
  }
});
