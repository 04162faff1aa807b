import { once } from "node:events";
import http from "node:http";
import { context, createContextKey, SpanStatusCode, trace } from "@opentelemetry/api";
import { activate, type OpenWork, startInvocation } from "@throughline/otel";
import { Agent, interceptors, request } from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { traceHttp } from "../../src/index.ts";
import {
  closedPort,
  get,
  recordSpans,
  type Service,
  said,
  startService,
  until,
  withinSpan,
} from "./harness.ts";

const { take } = recordSpans();
const stop = traceHttp();
let service: Service;

beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  stop();
  await service.close();
});
afterEach(() => void take());

/** Runs work as an invocation; gives its end, which says what spans there are then, its own the last. */
function invoke<Result>(work: () => Result) {
  const invocation = startInvocation({}, undefined);
  const result = context.with(invocation.context, work);
  const end = () => {
    invocation.end({ result: undefined });
    return take();
  };
  return { result, end, parent: invocation.span.spanContext().spanId };
}

const unread = {
  fetch: (url: string) => fetch(url),
  undici: (url: string) => request(url),
  "node:http": (url: string) => once(http.get(url), "response"),
};

describe.each(Object.entries(unread))("%s", (_, ask) => {
  test.each([400, 404, 500, 503])("a %i is an error", async (status) => {
    const { result, end } = invoke(() => ask(`${service.url}/${status}`));
    await result;
    expect(end()[0]).toMatchObject({
      name: "GET",
      status: { code: SpanStatusCode.ERROR },
      attributes: { "error.type": String(status), "http.response.status_code": status },
    });
  });

  test("a body that nobody reads ends its span with the invocation, at the time of the head", async () => {
    const { result, end } = invoke(() => ask(`${service.url}/endless`));
    await result;
    const answered = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(take()).toEqual([]);
    const [span, invocation, ...others] = end();
    expect(others).toEqual([]);
    expect(said(span!)).toMatchObject({ name: "GET", "http.response.status_code": 200 });
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    expect(milliseconds(span!.endTime)).toBeLessThan(answered + 20);
    expect(invocation?.spanContext().spanId).toBe(span?.parentSpanContext?.spanId);
  });

  test("what is answered after the invocation's end, ends then", async () => {
    const { result, end } = invoke(() => ask(`${service.url}/endless`));
    expect(end().map(({ name }) => name)).toEqual(["lambda"]);
    await result;
    expect(take().map(said)).toMatchObject([{ name: "GET", "http.response.status_code": 200 }]);
  });

  test("so it does where the invocation's context was entered, as hooks do, and left", async () => {
    const invocation = startInvocation({}, undefined);
    const leave = activate(invocation.context);
    const result = ask(`${service.url}/endless`);
    invocation.end({ result: undefined });
    leave?.();
    await result;
    expect(take().map(({ name }) => name)).toEqual(["lambda", "GET"]);
  });

  test("an early hint is no answer", async () => {
    const { result, end } = invoke(() => ask(`${service.url}/hints`));
    await result;
    // The service takes 60 ms from the one to the other.
    expect(milliseconds(end()[0]!.duration)).toBeGreaterThan(50);
  });

  test("no answer but a closed connection", async () => {
    const { result } = invoke(() => ask(`${service.url}/gone`));
    await expect(result).rejects.toThrow();
    expect(take()).toMatchObject([
      {
        status: { code: SpanStatusCode.ERROR },
        attributes: { "error.type": expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/) },
      },
    ]);
  });

  test("nobody listens there", async () => {
    const port = await closedPort();
    await expect(invoke(() => ask(`http://127.0.0.1:${port}/`)).result).rejects.toThrow();
    expect(take().map(said)).toMatchObject([
      { status: SpanStatusCode.ERROR, "error.type": "ECONNREFUSED", "server.port": port },
    ]);
  });

  test("there is no such host", async () => {
    await expect(invoke(() => ask("http://nowhere.invalid/")).result).rejects.toThrow();
    expect(take().map(said)).toMatchObject([
      {
        status: SpanStatusCode.ERROR,
        "error.type": expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
        "server.address": "nowhere.invalid",
        "server.port": 80,
      },
    ]);
  });
});

test.each([
  ["fetch", async () => (await fetch(`${service.url}/broken`)).text(), "UND_ERR_SOCKET"],
  ["undici", async () => (await request(`${service.url}/broken`)).body.text(), "UND_ERR_SOCKET"],
  ["node:http", () => get(`${service.url}/broken`), "ECONNRESET"],
])("a body that breaks off by %s is an error", async (_, ask, type) => {
  await expect(withinSpan(ask)).rejects.toThrow();
  expect(take().map(said)).toMatchObject([
    { status: SpanStatusCode.ERROR, "error.type": type, "http.response.status_code": 200 },
  ]);
});

test.each([
  [
    "fetch",
    (signal: AbortSignal) => fetch(`${service.url}/silent`, { signal }),
    { aborted: "AbortError", timeout: "TimeoutError" },
  ],
  [
    "undici",
    (signal: AbortSignal) => request(`${service.url}/silent`, { signal }),
    { aborted: "AbortError", timeout: "TimeoutError" },
  ],
  [
    "node:http",
    (signal: AbortSignal) => once(http.get(`${service.url}/silent`, { signal }), "response"),
    { aborted: "ABORT_ERR", timeout: "ABORT_ERR" },
  ],
])("%s: no answer before the caller gives up, or its time is up", async (_, ask, { aborted, timeout }) => {
  const controller = new AbortController();
  const asked = withinSpan(() => ask(controller.signal));
  await until(() => service.take().length > 0);
  controller.abort();
  await expect(asked).rejects.toThrow();
  await expect(withinSpan(() => ask(AbortSignal.timeout(20)))).rejects.toThrow();
  expect(take().map((span) => said(span)["error.type"])).toEqual([aborted, timeout]);
});

test.each([
  ["fetch", async () => void (await (await fetch(`${service.url}/endless`)).body?.cancel())],
  ["undici", async () => void (await request(`${service.url}/endless`)).body.on("error", () => {}).destroy()],
  [
    "node:http",
    async () => {
      const [response] = await once(http.get(`${service.url}/endless`), "response");
      response.destroy();
    },
  ],
])("%s: a caller that has read enough is no error", async (_, ask) => {
  await withinSpan(ask);
  const ended = take();
  await until(() => ended.push(...take()) > 0);
  expect(ended).toMatchObject([
    { status: { code: SpanStatusCode.UNSET }, attributes: { "http.response.status_code": 200 } },
  ]);
});

test("a reason that is no error", async () => {
  const controller = new AbortController();
  const asked = withinSpan(() => fetch(`${service.url}/silent`, { signal: controller.signal }));
  await until(() => service.take().length > 0);
  controller.abort("enough");
  await expect(asked).rejects.toBe("enough");
  const ended = take();
  await until(() => ended.push(...take()) > 0);
  expect(ended.map(said)).toMatchObject([
    { status: SpanStatusCode.ERROR, "error.type": expect.stringMatching(/^(_OTHER|AbortError)$/) },
  ]);
});

test("each try of a retried request has a span", async () => {
  const dispatcher = new Agent().compose(interceptors.retry({ maxRetries: 2, minTimeout: 1 }));
  await expect(withinSpan(() => request(`${service.url}/503`, { dispatcher }))).rejects.toThrow();
  await dispatcher.close();
  expect(take().map((span) => said(span)["error.type"])).toEqual(["503", "503", "503"]);
});

test("a try on a connection that an ended invocation opened is no part of that one", async () => {
  const dispatcher = new Agent({ connections: 1 }).compose(
    interceptors.retry({ maxRetries: 1, minTimeout: 1 }),
  );
  const first = invoke(async () => (await request(`${service.url}/ok`, { dispatcher })).body.text());
  await first.result;
  first.end();
  const second = invoke(() => request(`${service.url}/503`, { dispatcher }));
  await expect(second.result).rejects.toThrow();
  await dispatcher.close();
  const parents = second.end().map(({ parentSpanContext }) => parentSpanContext?.spanId);
  expect(parents).not.toContain(first.parent);
  expect(parents).toContain(second.parent);
});

test("interleaved invocations each end what is theirs", async () => {
  const one = invoke(() => fetch(`${service.url}/endless?1`));
  const two = invoke(() => fetch(`${service.url}/endless?2`));
  await Promise.all([one.result, two.result]);
  const urls = (spans: ReturnType<typeof take>) => spans.map(({ attributes }) => attributes["url.full"]);
  expect(urls(two.end())).toEqual([`${service.url}/endless?2`, undefined]);
  expect(urls(one.end())).toEqual([`${service.url}/endless?1`, undefined]);
});

test("a response that is read ends its span at once, and the invocation none of it", async () => {
  const { result, end } = invoke(async () => {
    await get(`${service.url}/ok`);
    await (await fetch(`${service.url}/ok`)).text();
  });
  await result;
  expect(take()).toHaveLength(2);
  expect(end()).toHaveLength(1);
});

test.each([
  ["fetch", async () => (await fetch(`${service.url}/ok`)).text()],
  ["node:http", () => get(`${service.url}/ok`)],
])("%s: a provider whose spans cannot be ended is nobody's trouble", async (_, ask) => {
  const fails = () => {
    throw new Error("as asked");
  };
  const span = trace.wrapSpanContext({ traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 });
  const broken = Object.assign(Object.create(span), { setAttribute: fails, end: fails });
  const getTracer = vi.spyOn(trace, "getTracer");
  getTracer.mockReturnValue({ startSpan: () => broken, startActiveSpan: fails });
  const parent = trace.setSpan(context.active(), span);
  expect(await context.with(parent, ask)).toBe("ok");
  await new Promise((resolve) => setImmediate(resolve));
  getTracer.mockRestore();
});

test("an invocation forgets the requests whose responses were read", async () => {
  const closers = new Set<() => void>();
  let added = 0;
  const work: OpenWork = {
    over: false,
    add(close) {
      closers.add(close);
      added += 1;
      return () => void closers.delete(close);
    },
  };
  const key = createContextKey("@throughline/open-work");
  await withinSpan(() =>
    context.with(context.active().setValue(key, work), async () => {
      await (await fetch(`${service.url}/ok`)).text();
      await get(`${service.url}/ok`);
    }),
  );
  expect([added, closers.size]).toEqual([2, 0]);
});

function milliseconds([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1000 + nanoseconds / 1e6;
}
