import middy from "@middy/core";
import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import type { Context } from "aws-lambda";
import { beforeEach, expect, test } from "vitest";
import { tracedExecution, tracing } from "../src/index.ts";
import { lambdaContext, memorySink, verdict } from "./harness.ts";

const sink = memorySink();
const traced = () => tracing({ sink });

const boom = new RangeError("boom");
const later = new TypeError("later");
const fail = (error: unknown) => () => {
  throw error;
};
const tick = () => new Promise((resolve) => setImmediate(resolve));

type Chain = ReturnType<typeof middy>;

interface Case {
  readonly name: string;
  readonly handler: (event: unknown) => unknown;
  readonly chain?: (chain: Chain) => Chain;
  readonly config?: object;
  readonly verdict: string;
}

const handled = { statusCode: 500, body: "handled" };

const cases: readonly Case[] = [
  { name: "an asynchronous result", handler: async () => ({ ok: 1 }), verdict: "OK" },
  { name: "a synchronous result", handler: () => ({ ok: 1 }), verdict: "OK" },
  { name: "no result at all", handler: async () => undefined, verdict: "OK" },
  { name: "a rejected handler", handler: async () => fail(boom)(), verdict: "ERROR RangeError: boom" },
  { name: "a handler that throws at once", handler: fail(boom), verdict: "ERROR RangeError: boom" },
  { name: "a thrown string", handler: fail("text"), verdict: "ERROR string: text" },
  { name: "a thrown null", handler: async () => fail(null)(), verdict: "ERROR object: null" },
  {
    name: "an early return of a later before",
    handler: fail(boom),
    chain: (chain) => chain.before(async () => ({ early: 1 })),
    verdict: "OK",
  },
  {
    name: "an early response of undefined",
    handler: fail(boom),
    chain: (chain) =>
      chain.before((request) => {
        request.earlyResponse = undefined;
      }),
    verdict: "OK",
  },
  {
    name: "an early return of an inner after",
    handler: async () => ({ ok: 1 }),
    chain: (chain) => chain.after(() => ({ early: 2 })),
    verdict: "OK",
  },
  {
    name: "a later before that throws",
    handler: async () => ({ ok: 1 }),
    chain: (chain) => chain.before(fail(boom)),
    verdict: "ERROR RangeError: boom",
  },
  {
    name: "an inner after that throws",
    handler: async () => ({ ok: 1 }),
    chain: (chain) => chain.after(async () => fail(boom)()),
    verdict: "ERROR RangeError: boom",
  },
  {
    name: "an onError that makes a response",
    handler: fail(boom),
    chain: (chain) =>
      chain.onError((request) => {
        request.response = handled;
      }),
    verdict: "OK",
  },
  {
    name: "an onError that returns a response",
    handler: fail(boom),
    chain: (chain) => chain.onError(() => handled),
    verdict: "OK",
  },
  {
    name: "an onError that throws",
    handler: fail(boom),
    chain: (chain) => chain.onError(async () => fail(later)()),
    verdict: "ERROR TypeError: later",
  },
  {
    name: "an onError that throws the same error again",
    handler: fail(boom),
    chain: (chain) => chain.onError((request) => fail(request.error)()),
    verdict: "ERROR RangeError: boom",
  },
  {
    name: "an onError that describes the error anew and makes a response",
    handler: fail(boom),
    chain: (chain) =>
      chain.onError(async (request) => {
        request.error = Object.assign(new Error("described"), { statusCode: 500 });
        await tick();
        request.response = handled;
      }),
    verdict: "OK",
  },
  {
    name: "an early response of NaN",
    handler: fail(boom),
    chain: (chain) =>
      chain.before((request) => {
        request.earlyResponse = Number.NaN;
      }),
    verdict: "OK",
  },
  {
    name: "an onError that answers with undefined",
    handler: fail(boom),
    chain: (chain) =>
      chain.onError((request) => {
        request.earlyResponse = undefined;
      }),
    verdict: "ERROR RangeError: boom",
  },
  {
    name: "Middy's early timeout",
    handler: () => new Promise(() => {}),
    config: { timeoutEarlyInMillis: 9_990 },
    verdict: "ERROR TimeoutError: [AbortError]: The operation was aborted.",
  },
  {
    name: "a replaced request.internal",
    handler: async () => ({ ok: 1 }),
    chain: (chain) =>
      chain.before((request) => {
        request.internal = {};
      }),
    verdict: "OK",
  },
];

async function outcome(handler: Chain, event: unknown): Promise<{ result?: unknown; error?: unknown }> {
  try {
    return { result: await handler(event, lambdaContext()) };
  } catch (error) {
    return { error };
  }
}

beforeEach(() => sink.take());

const identity = (chain: Chain) => chain;

for (const [mode, config] of [
  [".use(tracing())", {}],
  ["tracedExecution()", { executionMode: tracedExecution() }],
] as const) {
  test.each(cases)(
    `${mode}: $name ends exactly one span and changes nothing`,
    async ({ handler, chain, ...rest }) => {
      const event = Object.freeze({ id: 1 });
      const add = chain ?? identity;
      const untraced = await outcome(add(middy(handler, rest.config)), event);
      const seen = await outcome(add(middy(handler, { ...rest.config, ...config }).use(traced())), event);
      await tick();

      expect(seen).toStrictEqual(untraced);
      if (untraced.error === boom || untraced.error === later) expect(seen.error).toBe(untraced.error);
      expect(trace.getActiveSpan()).toBeUndefined();

      // What was cut short is exported with the next invocation.
      await middy(async () => {}).use(traced())(event, lambdaContext());
      const [span, ...others] = sink.take();
      expect(span && verdict(span)).toBe(rest.verdict);
      expect(span?.ended).toBe(true);
      expect(others).toHaveLength(1);
    },
  );

  test(`${mode}: a traced handler that calls another with the same context is one invocation`, async () => {
    const active = () => trace.getActiveSpan()?.spanContext().spanId;
    const inner = middy(async () => active(), config).use(traced());
    const outer = middy(async (event: unknown, lambda: Context) => {
      const before = active();
      return [before, await inner(event, lambda), active()];
    }, config).use(traced());
    const seen = await outer({}, lambdaContext());
    const [span, ...others] = sink.take();
    expect(others).toEqual([]);
    expect(new Set(seen as string[])).toEqual(new Set([span?.spanContext().spanId]));
  });

  test(`${mode}: what goes on after the end finds no active span`, async () => {
    let late: unknown;
    const handler = middy(async () => {
      setTimeout(() => {
        late = trace.getActiveSpan() ?? "none";
      }, 5);
    }, config).use(traced());
    await handler({}, lambdaContext());
    await new Promise((resolve) => setTimeout(resolve, 15));
    expect(late).toBe("none");
    sink.take();
  });

  test(`${mode}: used twice, tracing counts once`, async () => {
    await middy(async () => {}, config)
      .use(traced())
      .use(traced())({}, lambdaContext());
    expect(sink.take()).toHaveLength(1);
  });

  test(`${mode}: a null event and a missing context are no obstacle`, async () => {
    const handler = middy(async (event: unknown) => ({ event }), config).use(traced());
    expect(await handler(null, undefined as never)).toStrictEqual({ event: null });
    expect(sink.take()).toHaveLength(1);
  });

  test(`${mode}: the span is active in every hook after it and in the handler, and nowhere else`, async () => {
    const seen: (string | undefined)[] = [];
    const look = () => {
      seen.push(trace.getActiveSpan()?.spanContext().spanId);
    };
    const handler = middy(config)
      .before(look)
      .use(traced())
      .before(async () => {
        await tick();
        look();
      })
      .after(look)
      .handler(async () => {
        look();
        await tick();
        look();
      });
    await handler({}, lambdaContext());
    look();
    const [span] = sink.take();
    const id = span?.spanContext().spanId;
    expect(seen).toStrictEqual([undefined, id, id, id, id, undefined]);
  });

  test(`${mode}: invocations that overlap keep to themselves`, async () => {
    const handler = middy(async ({ id }: { id: number }) => {
      for (let turn = 0; turn < id; turn += 1) await tick();
      const child = trace.getTracer("test").startSpan(`child-${id}`);
      await tick();
      child.end();
      return id;
    }, config).use(traced());
    const ids = [5, 1, 4, 2, 3];
    expect(await Promise.all(ids.map((id) => handler({ id }, lambdaContext())))).toStrictEqual(ids);
    await tick();
    await handler({ id: 0 }, lambdaContext());
    const spans = sink.take();
    for (const id of ids) {
      const child = spans.find(({ name }) => name === `child-${id}`);
      const parents = spans.filter((span) => span.spanContext().spanId === child?.parentSpanContext?.spanId);
      expect(parents).toHaveLength(1);
    }
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(ids.length + 1);
  });
}

test("tracedExecution() keeps the mode's requestEnd and requestStart", async () => {
  const calls: string[] = [];
  const handler = middy({
    executionMode: tracedExecution(),
    requestStart: () => void calls.push("start"),
    requestEnd: async () => void calls.push("end"),
  })
    .use(traced())
    .handler(fail(boom));
  await expect(handler({}, lambdaContext())).rejects.toBe(boom);
  expect(calls).toStrictEqual(["start", "end"]);
});

test("a wrong option is refused with what it may be", () => {
  expect(() => tracing({ merge: "both" } as never)).toThrow(
    new TypeError('tracing({ merge: "both" }): expected "event", "xray", "link"'),
  );
  expect(() => tracing({ triggers: ["sqs"] } as never)).toThrow(/triggers.*no trigger.*sources/);
  expect(() => tracing({ spanPointers: "no" } as never)).toThrow(
    new TypeError('tracing({ spanPointers: "no" }): expected true, false'),
  );
  expect(() => tracing({ formats: ["w3c"] } as never)).toThrow(/formats: \[0\].*expected a format/);
  expect(() => tracing({ formats: "w3c" } as never)).toThrow(/expected an array of formats/);
  expect(() => tracing({ triggers: [{}] } as never)).toThrow(/no trigger/);
  expect(() => tracing({ sink: "otlp" } as never)).toThrow(/expected a sink/);
  expect(() => tracing(null as never)).toThrow(/expected an object of options/);
  expect(() => tracing({ timeout: 0 })).toThrow(/expected a positive number of milliseconds/);
  expect(() => tracing({ sinks: [] } as never)).toThrow(/tracing\(\{ sinks \}\): no such option/);
});

test("the hooks have names that say whose they are", () => {
  const { before, after, onError } = traced();
  expect([before.name, after.name, onError.name]).toStrictEqual([
    "tracingBefore",
    "tracingAfter",
    "tracingOnError",
  ]);
});

test("an ended invocation leaves the caller's context at the root", async () => {
  await middy(async () => {}).use(traced())({}, lambdaContext());
  expect(context.active().getValue(Symbol.for("OpenTelemetry Context Key SPAN"))).toBeUndefined();
  expect(context.with(ROOT_CONTEXT, () => trace.getActiveSpan())).toBeUndefined();
});
