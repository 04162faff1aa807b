import { once } from "node:events";
import http from "node:http";
import { context, propagation, trace } from "@opentelemetry/api";
import { getTraceHeaders, toContext } from "@throughline/otel";
import { b3, datadog } from "@throughline/propagation";
import { request } from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type HttpOptions, traceHttp } from "../../src/index.ts";
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
  take();
  service.take();
});

function start(options?: HttpOptions): void {
  stop = traceHttp(options);
}

type Headers = Readonly<Record<string, string>>;
type Ask = (url: string, headers: Headers) => Promise<unknown>;

const clients: readonly (readonly [string, Ask])[] = [
  ["fetch", async (url, headers) => (await fetch(url, { headers })).text()],
  ["undici", async (url, headers) => (await request(url, { headers })).body.text()],
  ["node:http", (url, headers) => get(url, { headers })],
];

/** The headers that arrived, of those that tracing writes. */
function arrived(): Headers {
  const written = /^(traceparent|tracestate|baggage|x-amzn-trace-id|x-datadog-.*|b3)$/;
  const [seen] = service.take();
  return Object.fromEntries(
    Object.entries(seen?.headers ?? {}).filter(([name]) => written.test(name)),
  ) as Headers;
}

const OWN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

describe.each(clients)("%s", (_, ask) => {
  test("state, baggage and what X-Ray wants passed on go along", async () => {
    start();
    const remote = toContext(context.active(), {
      traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
      spanId: "00f067aa0ba902b7",
      sampled: true,
      traceState: "vendor=1",
      baggage: "tenant=acme",
      xrayFields: "Lineage=a87bd80c:1",
    });
    await context.with(remote, () => ask(`${service.url}/ok`, {}));
    expect(arrived()).toMatchObject({
      traceparent: expect.stringMatching(/^00-4bf92f3577b34da6a3ce929d0e0e4736-/),
      tracestate: "vendor=1",
      baggage: "tenant=acme",
      "x-amzn-trace-id": expect.stringMatching(/;Lineage=a87bd80c:1$/),
    });
  });

  test("the formats are those of the options, and baggage beside them", async () => {
    start({ formats: [datadog, b3] });
    const baggage = propagation.createBaggage({ tenant: { value: "acme" } });
    await withinSpan(() =>
      context.with(propagation.setBaggage(context.active(), baggage), () => ask(`${service.url}/ok`, {})),
    );
    const names = Object.keys(arrived());
    expect(names).toEqual(expect.arrayContaining(["b3", "x-datadog-trace-id", "baggage"]));
    expect(names).not.toContain("traceparent");
  });

  test.each([
    ["one header", { traceparent: OWN }],
    ["in another case", { TraceParent: OWN }],
    ["X-Ray's alone", { "X-Amzn-Trace-Id": "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736" }],
  ])("a context of the request's own stays as it is: %s", async (_case, own) => {
    start();
    await withinSpan(() => ask(`${service.url}/ok`, own as unknown as Headers));
    const [[name = "", value] = []] = Object.entries(own);
    expect(arrived()).toStrictEqual({ [name.toLowerCase()]: value });
    expect(take()).toHaveLength(1);
  });

  test("getTraceHeaders() is a context of the request's own", async () => {
    start();
    const own = await withinSpan(async () => {
      const written = getTraceHeaders();
      await ask(`${service.url}/ok`, written);
      return written;
    });
    expect(arrived()).toStrictEqual(own);
  });

  test("baggage of the request's own stays, and the rest is added", async () => {
    start();
    const baggage = propagation.createBaggage({ tenant: { value: "acme" } });
    await withinSpan(() =>
      context.with(propagation.setBaggage(context.active(), baggage), () =>
        ask(`${service.url}/ok`, { baggage: "mine=1" }),
      ),
    );
    expect(arrived()).toMatchObject({ baggage: "mine=1", traceparent: expect.any(String) });
  });

  test.each([
    [
      "header",
      "/ok",
      { authorization: "AWS4-HMAC-SHA256 Credential=AKIA/20261120/eu-west-1/s3/aws4_request" },
    ],
    ["asymmetric header", "/ok", { Authorization: "AWS4-ECDSA-P256-SHA256 Credential=AKIA/20261120/s3" }],
    ["query of S3", "/ok?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=abc", {}],
    ["query of S3, version 2", "/ok?AWSAccessKeyId=AKIA&Expires=1&Signature=abc", {}],
    ["query of Google", "/ok?X-Goog-Signature=abc", {}],
    ["query of Azure", "/ok?sv=2024&sig=abc", {}],
  ])("a request signed by %s has a span and no headers", async (_case, path, headers) => {
    start();
    await withinSpan(() => ask(`${service.url}${path}`, headers as Headers));
    expect(arrived()).toStrictEqual({});
    const [span] = take();
    expect(span?.attributes["http.response.status_code"]).toBe(200);
    expect(span?.attributes["url.full"]).not.toMatch(/=(abc|AKIA)/);
  });

  test("headers go only where they are allowed, and nowhere where they are denied", async () => {
    start({ headersTo: { allow: [/\/allowed/, "elsewhere.example"], deny: [`${service.url}/allowed/not`] } });
    const paths = ["/ok", "/allowed", "/allowed/not", "/allowed/nothing"];
    const sent: boolean[] = [];
    for (const path of paths) {
      await withinSpan(() => ask(service.url + path, {}));
      sent.push("traceparent" in arrived());
    }
    expect(sent).toEqual([false, true, false, true]);
    expect(take()).toHaveLength(4);
  });

  test("no formats, no headers", async () => {
    start({ formats: [] });
    await withinSpan(() => ask(`${service.url}/ok`, {}));
    expect(arrived()).toStrictEqual({});
    expect(take()).toHaveLength(1);
  });

  test("a format that writes what no header may hold: the request goes out", async () => {
    const broken = {
      name: "broken",
      keys: ["x-broken"],
      read: () => undefined,
      write: () => ({ "x-broken": "a\nb" }),
    };
    start({ formats: [broken] });
    await withinSpan(() => ask(`${service.url}/ok`, { "x-mine": "1" }));
    expect(service.take()[0]?.headers).toMatchObject({ "x-mine": "1" });
    expect(take()).toHaveLength(1);
  });

  test("the headers' own object is not changed, frozen or not", async () => {
    start();
    const headers = Object.freeze({ "x-mine": "1" });
    await withinSpan(() => ask(`${service.url}/ok`, headers));
    expect(headers).toStrictEqual({ "x-mine": "1" });
    expect(arrived().traceparent).toBeDefined();
  });

  test("an unsampled trace goes on unsampled", async () => {
    start();
    const spanContext = {
      traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
      spanId: "00f067aa0ba902b7",
      traceFlags: 0,
    };
    const parent = trace.setSpanContext(context.active(), spanContext);
    await context.with(parent, () => ask(`${service.url}/ok`, {}));
    expect(arrived().traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-00$/);
  });
});

test("OTEL_PROPAGATORS names the formats where the options do not", async () => {
  process.env.OTEL_PROPAGATORS = "b3,baggage";
  start();
  delete process.env.OTEL_PROPAGATORS;
  await withinSpan(() => get(`${service.url}/ok`));
  expect(Object.keys(arrived())).toEqual(["b3"]);
});

test("headers that node:http rendered already stay as they are, and the span knows the port", async () => {
  start();
  const options = {
    headers: ["Host", "orders.example", "x-mine", "1"] as unknown as http.OutgoingHttpHeaders,
  };
  const [response] = await withinSpan(() => once(http.get(`${service.url}/ok`, options), "response"));
  response.resume();
  await once(response, "close");
  expect(service.take()[0]?.headers).toMatchObject({ "x-mine": "1", host: "orders.example" });
  expect(take()[0]?.attributes).toMatchObject({
    "server.port": service.port,
    "url.full": `${service.url}/ok`,
  });
});

test("a request destroyed at once", async () => {
  start();
  const asked = withinSpan(() =>
    http
      .get(`${service.url}/ok`)
      .on("error", () => {})
      .destroy(),
  );
  await new Promise((resolve) => asked.on("close", resolve));
  expect(take()).toMatchObject([{ attributes: { "error.type": "ECONNRESET" } }]);
});
