import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import { startInvocation } from "@throughline/otel";
import { connect, request, upgrade } from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type HttpOptions, traceHttp, withoutHttpSpans } from "../../src/index.ts";
import { get, recordSpans, type Service, startService, withinSpan } from "./harness.ts";

const { take } = recordSpans();
let service: Service;
let stop = () => {};

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());
afterEach(() => {
  stop();
  delete process.env.AWS_LAMBDA_RUNTIME_API;
  delete process.env.AWS_XRAY_DAEMON_ADDRESS;
  delete process.env.OTEL_NODE_DISABLED_INSTRUMENTATIONS;
});

function start(options?: HttpOptions): void {
  stop = traceHttp(options);
}

/** Whether the one request that was made got a span and headers. */
function traced(): boolean {
  const spans = take().length;
  const carried = service.take().filter(({ headers }) => headers.traceparent).length;
  expect([spans, carried]).toEqual([spans, spans]);
  return spans > 0;
}

describe.each<[string, (url: string) => Promise<unknown>]>([
  ["fetch", async (url) => (await fetch(url)).text()],
  ["undici", async (url) => (await request(url)).body.text()],
  ["node:http", (url) => get(url)],
])("%s", (_, ask) => {
  test("no span and no headers outside of a span", async () => {
    start();
    await context.with(ROOT_CONTEXT, () => ask(`${service.url}/ok`));
    expect(traced()).toBe(false);
  });

  test.each([
    ["where tracing is suppressed", suppressTracing],
    ["where somebody traces above HTTP", withoutHttpSpans],
  ])("no span and no headers %s", async (_case, within) => {
    start();
    await withinSpan(() => context.with(within(context.active()), () => ask(`${service.url}/ok`)));
    expect(traced()).toBe(false);
  });

  test("no span and no headers for what an ended invocation left running", async () => {
    start();
    const invocation = startInvocation({}, undefined);
    invocation.end({ result: undefined });
    take();
    await context.with(invocation.context, () => ask(`${service.url}/ok`));
    expect(traced()).toBe(false);
  });

  test.each([
    ["Lambda's Runtime API", { AWS_LAMBDA_RUNTIME_API: "HOST" }],
    ["the X-Ray daemon", { AWS_XRAY_DAEMON_ADDRESS: "HOST" }],
    ["the X-Ray daemon, by protocol", { AWS_XRAY_DAEMON_ADDRESS: "udp:127.0.0.1:2000 tcp:HOST" }],
  ])("no span and no headers for %s", async (_case, environment) => {
    for (const [name, value] of Object.entries(environment))
      process.env[name] = value.replace("HOST", `127.0.0.1:${service.port}`);
    start();
    await withinSpan(() => ask(`${service.url}/ok`));
    expect(traced()).toBe(false);
  });

  test("no span and no headers for what is to be ignored", async () => {
    start({ ignore: [/\/health$/, `127.0.0.1:${service.port + 1}`] });
    await withinSpan(() => ask(`${service.url}/health`));
    expect(traced()).toBe(false);
    await withinSpan(() => ask(`${service.url}/ok`));
    expect(traced()).toBe(true);
  });

  test("nothing more after it was stopped, by all who asked for it", async () => {
    const stops = [traceHttp(), traceHttp({ ignore: ["127.0.0.1"] })];
    const seen: boolean[] = [];
    for (const end of [() => {}, stops[0], stops[0], stops[1]]) {
      end?.();
      await withinSpan(() => ask(`${service.url}/ok`));
      seen.push(traced());
    }
    expect(seen).toEqual([true, true, true, false]);
  });
});

test.each([
  ["http", [false, true]],
  ["undici", [true, false]],
  ["fs, undici,http", [false, false]],
  ["", [true, true]],
])("OTEL_NODE_DISABLED_INSTRUMENTATIONS=%s", async (names, expected) => {
  process.env.OTEL_NODE_DISABLED_INSTRUMENTATIONS = names;
  start();
  await withinSpan(() => get(`${service.url}/ok`));
  const byHttp = traced();
  await withinSpan(() => fetch(`${service.url}/200`).then((response) => response.text()));
  expect([byHttp, traced()]).toEqual(expected);
});

test("a tunnel to a proxy, and what undici upgrades, have no spans", async () => {
  const carried: unknown[] = [];
  const server = createServer();
  server.on("connect", (_, socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n"));
  server.on("upgrade", ({ headers }, socket) => {
    carried.push(headers.traceparent);
    socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  start();
  await withinSpan(async () => {
    await connect(url);
    await upgrade(url, { protocol: "chat" });
    await once(
      httpRequest({ port, host: "127.0.0.1", method: "CONNECT", path: "api.example:443" }).end(),
      "connect",
    );
  });
  server.close();
  expect([take(), carried]).toEqual([[], [undefined]]);
});

test("a copy of the package that asks too adds no second span", async () => {
  start();
  const { resolve } = import.meta;
  const copy = (await import(`${resolve("../../src/http.ts")}?copy`)) as { traceHttp: typeof traceHttp };
  expect(copy.traceHttp).not.toBe(traceHttp);
  const stopCopy = copy.traceHttp();
  await withinSpan(() => get(`${service.url}/ok`));
  stopCopy();
  expect(take()).toHaveLength(1);
});

test("a span that throws is nobody's trouble", async () => {
  start();
  const parent = { spanContext: () => JSON.parse("{") };
  const broken = { getValue: () => parent, setValue: () => broken, deleteValue: () => broken };
  expect(await context.with(broken, () => get(`${service.url}/ok`))).toBe("ok");
});
