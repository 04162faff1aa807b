import { once } from "node:events";
import http from "node:http";
import { createSecureServer } from "node:http2";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { SpanKind } from "@opentelemetry/api";
import { Agent, Client, fetch as npmFetch, Pool, request, stream } from "undici";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { traceHttp } from "../../src/index.ts";
import { selfSigned } from "./certificate.ts";
import { get, recordSpans, type Service, said, startService, until, withinSpan } from "./harness.ts";

const { take } = recordSpans();
const stop = traceHttp();
const certificate = selfSigned();
let service: Service;
const secure = https.createServer(certificate, (asked, response) => {
  response.end(JSON.stringify(asked.headers));
});
const modern = createSecureServer(certificate, (asked, response) => {
  response.end(JSON.stringify(asked.headers));
});

beforeAll(async () => {
  service = await startService();
  for (const server of [secure, modern]) await once(server.listen(0, "127.0.0.1"), "listening");
});
afterAll(async () => {
  stop();
  await service.close();
  secure.close();
  modern.close();
});
afterEach(() => {
  take();
  service.take();
});

const port = (server: typeof secure | typeof modern) => (server.address() as AddressInfo).port;

const clients: readonly [string, (url: string) => Promise<unknown>][] = [
  ["fetch", async (url) => (await fetch(url)).text()],
  ["fetch of a Request", async (url) => (await fetch(new Request(url))).text()],
  ["npm's fetch", async (url) => (await npmFetch(url)).text()],
  ["undici.request", async (url) => (await request(url)).body.text()],
  ["undici.stream", (url) => stream(url, { method: "GET" }, () => new PassThrough().resume())],
  ["a pool", async (url) => usePool(url)],
  ["node:http", (url) => get(url)],
  ["node:http, by options", (url) => get(url, { headers: { "x-mine": "1" }, timeout: 5000 })],
  ["node:http, keeping connections", async (url) => get(url, { agent: new http.Agent({ keepAlive: true }) })],
];

async function usePool(url: string): Promise<string> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin);
  try {
    return await (await pool.request({ method: "GET", path: pathname })).body.text();
  } finally {
    await pool.close();
  }
}

test.each(clients)("%s gets a span by the conventions, and its headers", async (_, ask) => {
  const parent = await withinSpan(async (span) => {
    await ask(`${service.url}/ok`);
    return span.spanContext();
  });
  const [span, ...others] = take();
  expect(others).toEqual([]);
  expect(span?.kind).toBe(SpanKind.CLIENT);
  expect(span?.parentSpanContext).toMatchObject({ traceId: parent.traceId, spanId: parent.spanId });
  expect(said(span!)).toStrictEqual({
    name: "GET",
    "http.request.method": "GET",
    "http.response.status_code": 200,
    "network.peer.address": "127.0.0.1",
    "network.peer.port": service.port,
    "network.protocol.version": "1.1",
    "server.address": "127.0.0.1",
    "server.port": service.port,
    "url.full": `${service.url}/ok`,
  });
  const { traceId, spanId } = span!.spanContext();
  expect(service.take()[0]?.headers).toMatchObject({
    traceparent: `00-${traceId}-${spanId}-01`,
    "x-amzn-trace-id": `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=1`,
  });
});

test.each([
  ["fetch", async (body: string) => void (await fetch(`${service.url}/ok`, { method: "POST", body }))],
  ["undici", async (body: string) => void (await request(`${service.url}/ok`, { method: "POST", body }))],
  [
    "node:http",
    async (body: string) => {
      const asked = http.request(`${service.url}/ok`, { method: "POST" });
      const [response] = await once(asked.end(body), "response");
      response.resume();
    },
  ],
])("a body goes out by %s as it is", async (_, send) => {
  await withinSpan(() => send("my body"));
  await until(() => take().some(({ name }) => name === "POST"));
  expect(service.take()).toMatchObject([{ body: "my body" }]);
});

test("https, by node:https and undici: the peer is the socket's, the version the protocol's", async () => {
  const url = `https://localhost:${port(secure)}/ok`;
  const dispatcher = new Agent({ connect: { ca: certificate.cert } });
  await withinSpan(async () => {
    await get(url, { ca: certificate.cert });
    await (await request(url, { dispatcher })).body.text();
  });
  await dispatcher.close();
  const expected = {
    "network.peer.address": "127.0.0.1",
    "network.protocol.version": "1.1",
    "server.address": "localhost",
    "server.port": port(secure),
    "url.full": url,
  };
  expect(take().map(said)).toMatchObject([expected, expected]);
});

test("HTTP/2 by undici", async () => {
  const url = `https://localhost:${port(modern)}`;
  const client = new Client(url, { allowH2: true, connect: { ca: certificate.cert } });
  const headers = await withinSpan(async () => {
    const { body } = await client.request({ method: "GET", path: "/ok" });
    return (await body.json()) as Record<string, string>;
  });
  await client.close();
  const [span] = take();
  expect(said(span!)).toMatchObject({
    name: "GET",
    "http.response.status_code": 200,
    "network.protocol.version": "2",
    "url.full": `${url}/ok`,
  });
  expect(headers.traceparent).toContain(span?.spanContext().spanId);
});

test("a redirect's requests have a span each, children of one span", async () => {
  const parent = await withinSpan(async (span) => {
    await (await fetch(`${service.url}/redirect`)).text();
    return span.spanContext();
  });
  const spans = take();
  expect(spans.map((span) => said(span)["http.response.status_code"])).toEqual([302, 200]);
  for (const span of spans) expect(span.parentSpanContext?.spanId).toBe(parent.spanId);
  expect(service.take().map(({ headers }) => headers.traceparent?.slice(36, 52))).toEqual(
    spans.map((span) => span.spanContext().spanId),
  );
});

test("concurrent requests of two spans, over shared connections, are each their own parent's", async () => {
  const ask = (path: string) =>
    withinSpan(async (span) => {
      for (let turn = 0; turn < 5; turn += 1) {
        await (await fetch(`${service.url}${path}`)).text();
        await get(`${service.url}${path}`);
      }
      return span.spanContext().spanId;
    });
  const parents = await Promise.all(["/a", "/b", "/c"].map(ask));
  const spans = take();
  expect(spans).toHaveLength(30);
  for (const span of spans) {
    const path = new URL(String(span.attributes["url.full"])).pathname;
    expect(span.parentSpanContext?.spanId).toBe(parents[["/a", "/b", "/c"].indexOf(path)]);
  }
});

test("a method that the conventions do not know", async () => {
  await withinSpan(() => get(`${service.url}/ok`, { method: "PROPFIND" }));
  expect(take().map(said)).toMatchObject([
    { name: "HTTP", "http.request.method": "_OTHER", "http.request.method_original": "PROPFIND" },
  ]);
});

test("an upgraded connection's span ends when its request is over", async () => {
  const server = http.createServer();
  server.on("upgrade", (_, socket) => {
    socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port: chat } = server.address() as AddressInfo;
  const headers = { connection: "Upgrade", upgrade: "chat" };
  await withinSpan(() => once(http.get({ port: chat, host: "127.0.0.1", headers }), "upgrade"));
  await until(() => take().length === 1);
  server.close();
});

test("a host that another name is given for is located by its connection", async () => {
  const headers = { host: "orders.example" };
  await withinSpan(() => get(`${service.url}/ok`, { headers }));
  expect(take().map(said)).toMatchObject([
    { "server.address": "127.0.0.1", "server.port": service.port, "url.full": `${service.url}/ok` },
  ]);
});
