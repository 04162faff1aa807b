import type { APIGatewayProxyEvent } from "aws-lambda";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startRestApi } from "../../src/apis/rest-api.ts";
import type { LocalServer } from "../../src/local-server.ts";

let api: LocalServer;
let events: APIGatewayProxyEvent[];
let result: () => unknown;

beforeEach(async () => {
  events = [];
  result = () => ({ statusCode: 204 });
  api = await startRestApi({
    routes: ["POST /orders/{id}", "GET /orders"],
    invoke: async (event) => {
      events.push(event);
      return result();
    },
  });
});
afterEach(() => api.close());

test("a request is an event in payload format 1.0", async () => {
  await fetch(`${api.url}/orders/17?tag=a&tag=b%20c`, {
    method: "POST",
    body: "a=1",
    headers: { TraceParent: "00-x" },
  });
  const [event] = events;
  expect(event).toMatchObject({
    resource: "/orders/{id}",
    path: "/orders/17",
    httpMethod: "POST",
    queryStringParameters: { tag: "b c" },
    multiValueQueryStringParameters: { tag: ["a", "b c"] },
    pathParameters: { id: "17" },
    body: "a=1",
    isBase64Encoded: false,
    requestContext: {
      resourcePath: "/orders/{id}",
      path: "/prod/orders/17",
      stage: "prod",
      httpMethod: "POST",
      identity: { sourceIp: "127.0.0.1" },
    },
  });
  const { headers, multiValueHeaders } = event!;
  const name = Object.keys(headers).find((key) => key.toLowerCase() === "traceparent") ?? "";
  expect([headers[name], multiValueHeaders[name]]).toEqual(["00-x", ["00-x"]]);
  expect(headers["X-Amzn-Trace-Id"]).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  expect(headers.Host).toBe(event?.requestContext.domainName);
});

test("what a request does not have is null", async () => {
  await fetch(`${api.url}/orders`);
  const absent = {
    body: null,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
  };
  expect(events[0]).toMatchObject(absent);
});

test("a request without a resource is told of a token that it lacks", async () => {
  const response = await fetch(`${api.url}/nowhere`);
  expect([response.status, await response.json()]).toEqual([
    403,
    { message: "Missing Authentication Token" },
  ]);
});

test.each<[string, () => unknown, number, string]>([
  ["a response", () => ({ statusCode: 201, body: "done", headers: { A: "b" } }), 201, "done"],
  ["base64", () => ({ statusCode: 200, body: "aGk=", isBase64Encoded: true }), 200, "hi"],
  ["no status", () => ({ body: "x" }), 502, '{"message": "Internal server error"}'],
  ["nothing", () => undefined, 502, '{"message": "Internal server error"}'],
  [
    "a body that is no text",
    () => ({ statusCode: 200, body: {} }),
    502,
    '{"message": "Internal server error"}',
  ],
])("the function returns %s", async (_, returned, status, body) => {
  result = returned;
  const response = await fetch(`${api.url}/orders`);
  expect([response.status, await response.text()]).toEqual([status, body]);
});

test("a function that fails is the gateway's own error", async () => {
  result = () => {
    throw new Error("secret");
  };
  expect((await fetch(`${api.url}/orders`)).status).toBe(502);
});
