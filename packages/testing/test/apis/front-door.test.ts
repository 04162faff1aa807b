import { request } from "node:http";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startHttpApi } from "../../src/apis/front-door.ts";
import { matchRoute, parseRoute } from "../../src/apis/routes.ts";
import type { LocalServer } from "../../src/local-server.ts";

let api: LocalServer;
let events: APIGatewayProxyEventV2[];
let result: () => unknown;

beforeEach(async () => {
  events = [];
  result = () => ({ statusCode: 204 });
  api = await startHttpApi({
    routes: ["POST /orders/{id}", "GET /orders", "ANY /files/{path+}"],
    invoke: async (event) => {
      events.push(event);
      return result();
    },
  });
});
afterEach(() => api.close());

/** What fetch does not let through: repeated headers, cookies, hop-by-hop headers. */
const raw = (path: string, headers: Record<string, string | string[]>) =>
  new Promise<void>((resolve, reject) => {
    const sent = request(`${api.url}${path}`, { headers }, (response) =>
      response.resume().on("end", resolve),
    );
    sent.on("error", reject).end();
  });

test("a request is an event in payload format 2.0", async () => {
  await fetch(`${api.url}/orders/17?dry=1&tag=a&tag=b%20c`, {
    method: "POST",
    body: '{"amount":42}',
    headers: { "Content-Type": "application/json", "User-Agent": "test/1", TraceParent: "00-x" },
  });
  const [event] = events;
  const { requestContext, headers } = event!;
  expect(event).toMatchObject({
    version: "2.0",
    routeKey: "POST /orders/{id}",
    rawPath: "/orders/17",
    rawQueryString: "dry=1&tag=a&tag=b%20c",
    queryStringParameters: { dry: "1", tag: "a,b c" },
    pathParameters: { id: "17" },
    body: '{"amount":42}',
    isBase64Encoded: false,
  });
  expect(headers).toMatchObject({
    "content-type": "application/json",
    "content-length": "13",
    traceparent: "00-x",
    "user-agent": "test/1",
    host: requestContext.domainName,
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
  });
  expect(requestContext).toMatchObject({
    accountId: "123456789012",
    domainName: `${requestContext.apiId}.execute-api.us-east-1.amazonaws.com`,
    domainPrefix: requestContext.apiId,
    http: {
      method: "POST",
      path: "/orders/17",
      protocol: "HTTP/1.1",
      sourceIp: "127.0.0.1",
      userAgent: "test/1",
    },
    requestId: expect.stringMatching(/^.{15}=$/),
    routeKey: "POST /orders/{id}",
    stage: "$default",
    time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
    timeEpoch: expect.any(Number),
  });
});

test("what a request does not have is not in its event", async () => {
  await fetch(`${api.url}/orders`);
  expect(events[0]?.rawQueryString).toBe("");
  for (const key of ["body", "cookies", "queryStringParameters", "pathParameters"]) {
    expect(events[0]).not.toHaveProperty(key);
  }
});

test("repeated headers are joined, cookies stand apart, hop-by-hop headers end at the gateway", async () => {
  await raw("/orders", {
    traceparent: ["00-a", "00-b"],
    cookie: ["a=1; b=2", "c=3"],
    connection: "close",
    te: "trailers",
  });
  expect(events[0]).toMatchObject({ headers: { traceparent: "00-a,00-b" }, cookies: ["a=1", "b=2", "c=3"] });
  for (const name of ["cookie", "connection", "te"]) expect(events[0]?.headers).not.toHaveProperty(name);
});

test("a request without a trace header is given one that names a trace but no span", async () => {
  await fetch(`${api.url}/orders`);
  expect(events[0]?.headers["x-amzn-trace-id"]).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
});

test("a client's own trace header is left alone", async () => {
  const header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
  await fetch(`${api.url}/orders`, { headers: { "X-Amzn-Trace-Id": header } });
  expect(events[0]?.headers["x-amzn-trace-id"]).toBe(header);
});

test.each([
  ["application/json", "ü", false],
  ["application/problem+json; charset=utf-8", "{}", false],
  ["text/csv", "a,b", false],
  ["application/x-www-form-urlencoded", "a=1", true],
  ["application/octet-stream", "\u0001", true],
])("a body of type %s", async (type, body, base64) => {
  await fetch(`${api.url}/orders/1`, { method: "POST", body, headers: { "content-type": type } });
  expect(events[0]).toMatchObject({
    body: base64 ? Buffer.from(body).toString("base64") : body,
    isBase64Encoded: base64,
  });
});

test("a compressed body is base64, whatever its type", async () => {
  const headers = { "content-type": "application/json", "content-encoding": "gzip" };
  await fetch(`${api.url}/orders/1`, { method: "POST", body: "x", headers });
  expect(events[0]).toMatchObject({ body: "eA==", isBase64Encoded: true });
});

test.each([
  ["GET", "/orders/17"],
  ["POST", "/orders"],
  ["POST", "/orders/17/lines"],
  ["GET", "/"],
])("%s %s, which no route takes, is not found", async (method, path) => {
  const response = await fetch(`${api.url}${path}`, { method });
  expect([response.status, await response.json()]).toEqual([404, { message: "Not Found" }]);
  expect(events).toEqual([]);
});

const json = "application/json";
const plain = "text/plain;charset=UTF-8";

test.each<[string, unknown, number, string, string]>([
  [
    "a response",
    { statusCode: 201, body: "done", headers: { "Content-Type": "text/x" } },
    201,
    "done",
    "text/x",
  ],
  ["a response without headers", { statusCode: 200, body: "done" }, 200, "done", plain],
  [
    "a response in base64",
    { statusCode: 200, body: "AQI=", isBase64Encoded: true },
    200,
    "\u0001\u0002",
    plain,
  ],
  ["a status in text", { statusCode: "202" }, 202, "", plain],
  ["any object", { order: 17 }, 200, '{"order":17}', json],
  ["a string, as it is", "Hello", 200, "Hello", json],
  ["a number", 5, 200, "5", json],
  ["nothing", undefined, 200, "null", json],
  ["a response without a status", { body: "x" }, 200, '{"body":"x"}', json],
  ["a status that is none", { statusCode: "ok" }, 500, '{"message":"Internal Server Error"}', json],
  [
    "a body that is no string",
    { statusCode: 200, body: {} },
    500,
    '{"message":"Internal Server Error"}',
    json,
  ],
])("the function returns %s", async (_, returned, status, body, type) => {
  result = () => returned;
  const response = await fetch(`${api.url}/orders`);
  expect([response.status, await response.text(), response.headers.get("content-type")]).toEqual([
    status,
    body,
    type,
  ]);
  expect(response.headers.get("apigw-requestid")).toBe(events[0]?.requestContext.requestId);
});

test("the function sets cookies", async () => {
  result = () => ({ statusCode: 200, cookies: ["a=1; Secure", "b=2"] });
  expect((await fetch(`${api.url}/orders`)).headers.getSetCookie()).toEqual(["a=1; Secure", "b=2"]);
});

test("a function that fails is the gateway's own error", async () => {
  result = () => {
    throw new Error("secret");
  };
  const response = await fetch(`${api.url}/orders`);
  expect([response.status, await response.json()]).toEqual([500, { message: "Internal Server Error" }]);
});

const ROUTES = ["GET /a/{id}", "GET /a/b", "ANY /a/b", "ANY /a/{rest+}", "$default"];

test.each<[string, string, string, Record<string, string> | undefined]>([
  ["GET", "/a/b", "GET /a/b", undefined],
  ["PUT", "/a/b", "ANY /a/b", undefined],
  ["GET", "/a/x%20y", "GET /a/{id}", { id: "x y" }],
  ["GET", "/a/%zz", "GET /a/{id}", { id: "%zz" }],
  ["PUT", "/a/x", "ANY /a/{rest+}", { rest: "x" }],
  ["GET", "/a/x/y", "ANY /a/{rest+}", { rest: "x/y" }],
  ["GET", "/", "$default", undefined],
])("of several routes %s %s takes the nearest, %s", (method, path, routeKey, pathParameters) => {
  expect(matchRoute(ROUTES.map(parseRoute), method, path)).toEqual({ routeKey, pathParameters });
});

test.each(["/orders", "POST orders", "post /orders", ""])("%j is no route", (routeKey) => {
  expect(() => parseRoute(routeKey)).toThrow('expected "METHOD /path" or "$default"');
});
