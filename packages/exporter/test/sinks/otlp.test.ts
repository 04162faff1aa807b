import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer, type Socket } from "node:net";
import { pointerLink } from "@throughline/otel";
import { type Receiver, type Reply, startReceiver } from "@throughline/testing";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { otlp } from "../../src/sinks/otlp.ts";
import { SinkError } from "../../src/sinks/sink.ts";
import { spanOf, spansOf } from "../spans.ts";

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => {
  receiver.clear();
  receiver.respond = undefined;
});

const soon = (milliseconds = 2000) => Date.now() + milliseconds;
const sinkTo = (options = {}) => otlp({ url: `${receiver.url}/v1/traces`, ...options });
const names = () => receiver.spans.map(({ name }) => name);

test.each([
  ["protobuf", {}, "application/x-protobuf", undefined],
  ["protobuf, compressed", { compression: "gzip" }, "application/x-protobuf", "gzip"],
  ["JSON", { protocol: "http/json" }, "application/json", undefined],
  ["JSON, compressed", { protocol: "http/json", compression: "gzip" }, "application/json", "gzip"],
])("spans arrive as %s, with their length said", async (_, options, type, encoding) => {
  await sinkTo({ headers: { "api-key": "secret" }, ...options }).send(spansOf("a", "b"), soon());
  expect(names()).toEqual(["a", "b"]);
  const { headers } = receiver.requests[0] ?? {};
  expect(headers).toMatchObject({ "content-type": type, "api-key": "secret" });
  expect(headers?.["content-encoding"]).toBe(encoding);
  expect(headers?.["content-length"]).toMatch(/^\d+$/);
  expect(headers?.["transfer-encoding"]).toBeUndefined();
});

test.each(["http/protobuf", "http/json"] as const)(
  "a span pointer arrives as %s, without ids",
  async (protocol) => {
    const hash = "e721375466d4116ab551213fdea08413";
    const links = [pointerLink({ kind: "aws.s3.object", hash }, "d")];
    await sinkTo({ protocol }).send(spanOf("put", { links }), soon());
    expect(receiver.spans[0]?.links).toMatchObject([
      {
        traceId: "0".repeat(32),
        spanId: "0".repeat(16),
        attributes: {
          "link.kind": "span-pointer",
          "ptr.kind": "aws.s3.object",
          "ptr.dir": "d",
          "ptr.hash": hash,
        },
      },
    ]);
  },
);

test("headers are asked for at every export", async () => {
  let token = 0;
  const headers = async () => {
    token += 1;
    return { authorization: `Bearer ${token}` };
  };
  const sink = sinkTo({ headers });
  await sink.send(spansOf("a"), soon());
  await sink.send(spansOf("b"), soon());
  expect(receiver.requests.map((request) => request.headers.authorization)).toEqual(["Bearer 1", "Bearer 2"]);
});

test.each<[string, Reply, boolean]>([
  ["400", { status: 400 }, false],
  ["401", { status: 401 }, false],
  ["500", { status: 500 }, false],
  ["a redirect, which is not followed", { status: 307, headers: { location: "/elsewhere" } }, false],
  ["429", { status: 429 }, true],
  ["502", { status: 502 }, true],
  ["503", { status: 503, headers: { "retry-after": "1" } }, true],
  ["504", { status: 504 }, true],
  ["a connection reset", { reset: true }, true],
])("%s is an error that says whether to keep the spans", async (_, reply, retryable) => {
  receiver.respond = () => reply;
  await expect(sinkTo().send(spansOf("a"), soon())).rejects.toMatchObject({ name: "SinkError", retryable });
  expect(receiver.requests).toHaveLength(1);
  expect(receiver.refusals).toEqual([]);
});

test("a partial success is a success: what was rejected is not sent again", async () => {
  receiver.respond = () => ({ partialSuccess: { rejectedSpans: 1, errorMessage: "too old" } });
  await sinkTo().send(spansOf("a", "b"), soon());
  expect(receiver.requests).toHaveLength(1);
});

test.each<[string, Reply]>([
  ["never answers", { hang: true }],
  ["answers too late", { delay: 5000 }],
])("a collector that %s is given up at the deadline", async (_, reply) => {
  receiver.respond = () => reply;
  await expect(sinkTo().send(spansOf("a"), soon(50))).rejects.toMatchObject({ retryable: true });
});

test("a collector that answers 200 and then trickles its body has taken the spans", async () => {
  const trickling = createServer((request, response) => {
    request.resume();
    response.write("{");
  });
  await new Promise<void>((resolve) => trickling.listen(0, "127.0.0.1", resolve));
  const { port } = trickling.address() as AddressInfo;
  await otlp({ url: `http://127.0.0.1:${port}/v1/traces` }).send(spansOf("a"), soon(50));
  trickling.closeAllConnections();
  trickling.close();
});

test("a header that cannot be sent is no reason to try again", async () => {
  const sink = sinkTo({ headers: { "api-key": "line\nbreak" } });
  await expect(sink.send(spansOf("a"), soon())).rejects.toMatchObject({
    name: "SinkError",
    retryable: false,
  });
});

test("a collector that is not there is an error to try again", async () => {
  const gone = await startReceiver();
  await gone.close();
  const sink = otlp({ url: `${gone.url}/v1/traces` });
  await expect(sink.send(spansOf("a"), soon())).rejects.toThrow(SinkError);
});

test("nobody at the default endpoint: the error says what to set", async () => {
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "");
  await expect(otlp().send(spansOf("a"), soon())).rejects.toThrow(
    /http:\/\/localhost:4318 could not be reached: nothing answers there; set OTEL_EXPORTER_OTLP_ENDPOINT/,
  );
  vi.unstubAllEnvs();
});

test("a kept-alive socket that died while the process was frozen costs a new connection, no error", async () => {
  const sockets: Socket[] = [];
  // Answers each connection's first request, and resets it at the second: as a proxy does that forgot the connection.
  const proxy = createTcpServer((socket) => {
    sockets.push(socket);
    let requests = 0;
    socket.on("data", () => {
      requests += 1;
      if (requests > 1) socket.resetAndDestroy();
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const sink = otlp({ url: `http://127.0.0.1:${(proxy.address() as { port: number }).port}/v1/traces` });
  await sink.send(spansOf("a"), soon());
  await sink.send(spansOf("b"), soon());
  expect(sockets).toHaveLength(2);
  for (const socket of sockets) socket.destroy();
  proxy.close();
});
