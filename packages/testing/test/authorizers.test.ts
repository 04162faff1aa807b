import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startHttpApi } from "../src/apis/front-door.ts";
import type { HttpApiAuthorizer } from "../src/apis/http-api-authorizer.ts";
import { startRestApi } from "../src/apis/rest-api.ts";
import type { RestApiAuthorizer } from "../src/apis/rest-api-authorizer.ts";
import type { LocalServer } from "../src/local-server.ts";

const statement = { Action: "execute-api:Invoke", Effect: "Allow", Resource: "*" };
const policy = { principalId: "user", policyDocument: { Statement: statement } };
const denied = { ...policy, policyDocument: { Statement: [{ ...statement, Effect: "Deny" }] } };
const elsewhere = { ...policy, policyDocument: { Statement: [{ ...statement, Resource: "x" }] } };

interface Asked {
  readonly [key: string]: unknown;
}

let api: LocalServer | undefined;
let asked: Asked[];
let answer: () => unknown;
let events: Asked[];

beforeEach(() => {
  asked = [];
  events = [];
});
afterEach(async () => {
  vi.useRealTimers();
  await api?.close();
});

const ask = async (event: unknown) => {
  asked.push(event as Asked);
  return answer();
};
const invoke = async (event: APIGatewayProxyEvent | APIGatewayProxyEventV2) => {
  events.push({ ...event });
  return { statusCode: 204 };
};
/** What each of the function's events says of the authorizer. */
const given = () => events.map(({ requestContext }) => (requestContext as Asked).authorizer);
const http = async (options: Partial<HttpApiAuthorizer> = {}) => {
  api = await startHttpApi({ invoke, routes: ["GET /orders/{id}"], authorizer: { invoke: ask, ...options } });
};
const rest = async (options: Partial<RestApiAuthorizer> = {}) => {
  api = await startRestApi({ invoke, routes: ["GET /orders/{id}"], authorizer: { invoke: ask, ...options } });
};
const get = async (headers: Record<string, string> = { authorization: "Bearer a" }) => {
  const response = await fetch(`${api?.url}/orders/17?a=b`, { headers });
  return [response.status, await response.text()];
};

describe("an HTTP API", () => {
  test("asks its authorizer with all of the request but its body", async () => {
    answer = () => policy;
    await http();
    expect(await get({ authorization: "Bearer a", traceparent: "00-x" })).toEqual([204, ""]);
    expect(asked[0]).toMatchObject({
      version: "2.0",
      type: "REQUEST",
      routeArn: "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default/GET/orders/17",
      identitySource: ["Bearer a"],
      routeKey: "GET /orders/{id}",
      rawQueryString: "a=b",
      headers: { traceparent: "00-x" },
      pathParameters: { id: "17" },
    });
    for (const key of ["body", "isBase64Encoded"]) expect(asked[0]).not.toHaveProperty(key);
  });

  const unauthorized = [401, '{"message":"Unauthorized"}'];
  const forbidden = [403, '{"message":"Forbidden"}'];
  const failed = [500, '{"message":"Internal Server Error"}'];

  test.each<[string, unknown, boolean, unknown]>([
    ["a policy", policy, false, [204, ""]],
    ["a policy that denies", denied, false, forbidden],
    ["a policy for something else", elsewhere, false, forbidden],
    ["a policy of nobody", { policyDocument: policy.policyDocument }, false, failed],
    ["a simple answer", { isAuthorized: true }, true, [204, ""]],
    ["a simple denial", { isAuthorized: false }, true, forbidden],
    ["a simple answer where none is enabled", { isAuthorized: true }, false, failed],
    ["a policy where simple ones are", policy, true, failed],
    ["a context that is a list", { isAuthorized: true, context: [] }, true, failed],
    ["nothing", undefined, false, failed],
  ])("whose authorizer answers with %s", async (_, answered, simpleResponses, expected) => {
    answer = () => answered;
    await http({ simpleResponses });
    expect(await get()).toEqual(expected);
  });

  test("a request without an identity is nobody's affair", async () => {
    await http();
    expect(await get({})).toEqual(unauthorized);
    expect(asked).toEqual([]);
  });

  test("an authorizer that fails lets nobody pass, and is asked again", async () => {
    answer = () => {
      throw new Error("Unauthorized");
    };
    await http({ ttl: 60 });
    expect([await get(), await get()]).toEqual([failed, failed]);
    expect(asked).toHaveLength(2);
  });

  test.each([
    [{ plan: { name: "gold" } }, { plan: { name: "gold" } }],
    [undefined, null],
  ])("the function is given the context %j", async (context, lambda) => {
    answer = () => ({ isAuthorized: true, context });
    await http({ simpleResponses: true });
    await get();
    expect(given()).toEqual([{ lambda }]);
  });

  test("an answer is kept for its identity, and for no longer than was said", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    let answers = 0;
    answer = () => ({ isAuthorized: true, context: { n: answers++ } });
    await http({ simpleResponses: true, ttl: 60 });
    for (const authorization of ["a", "a", "b"]) await get({ authorization });
    vi.setSystemTime(Date.now() + 60_000);
    await get({ authorization: "a" });
    expect(given()).toEqual([0, 0, 1, 2].map((n) => ({ lambda: { n } })));
  });
});

describe("a REST API", () => {
  const failed = [500, '{"message":null}'];

  test("asks its authorizer with all of the request but its body", async () => {
    answer = () => policy;
    await rest();
    expect(await get()).toEqual([204, ""]);
    expect(asked[0]).toMatchObject({
      type: "REQUEST",
      methodArn: "arn:aws:execute-api:us-east-1:123456789012:z9y8x7w6v5/prod/GET/orders/17",
      resource: "/orders/{id}",
      httpMethod: "GET",
      queryStringParameters: { a: "b" },
    });
    for (const key of ["body", "isBase64Encoded"]) expect(asked[0]).not.toHaveProperty(key);
  });

  test("asks one of tokens with the token alone", async () => {
    answer = () => policy;
    await rest({ type: "TOKEN" });
    await get();
    expect(asked[0]).toEqual({
      type: "TOKEN",
      authorizationToken: "Bearer a",
      methodArn: "arn:aws:execute-api:us-east-1:123456789012:z9y8x7w6v5/prod/GET/orders/17",
    });
  });

  test("gives the function the context as texts, and says how long it waited for it", async () => {
    answer = () => ({ ...policy, context: { plan: "gold", seats: 3, vip: true } });
    await rest();
    await get();
    await get();
    const texts = { principalId: "user", plan: "gold", seats: "3", vip: "true" };
    const [first, second] = given();
    expect(first).toEqual({ ...texts, integrationLatency: expect.any(Number) });
    expect((first as { integrationLatency: number }).integrationLatency).toBeGreaterThan(0);
    expect(second).toEqual(texts);
    expect(asked).toHaveLength(1);
  });

  test.each<[string, () => unknown, unknown]>([
    [
      "a denial",
      () => denied,
      [403, '{"Message":"User is not authorized to access this resource with an explicit deny"}'],
    ],
    [
      "a policy for something else",
      () => elsewhere,
      [403, '{"Message":"User is not authorized to access this resource"}'],
    ],
    ["a simple answer", () => ({ isAuthorized: true }), failed],
    ["a nested context", () => ({ ...policy, context: { plan: { name: "gold" } } }), failed],
    ["a context of null", () => ({ ...policy, context: { plan: null } }), failed],
    ["a context that is a list", () => ({ ...policy, context: ["gold"] }), failed],
    ["a context that is a text", () => ({ ...policy, context: "gold" }), failed],
    ["more than 8 KB", () => ({ ...policy, context: { plan: "x".repeat(8200) } }), failed],
  ])("whose authorizer answers with %s lets nobody pass", async (_, answered, expected) => {
    answer = answered;
    await rest();
    expect(await get()).toEqual(expected);
    expect(events).toEqual([]);
  });

  test.each([
    ["Unauthorized", [401, '{"message":"Unauthorized"}']],
    ["database down", failed],
  ])("whose authorizer throws %j", async (message, expected) => {
    answer = () => {
      throw new Error(message);
    };
    await rest();
    expect(await get()).toEqual(expected);
  });

  test("a request without an identity is nobody's affair", async () => {
    await rest();
    expect(await get({})).toEqual([401, '{"message":"Unauthorized"}']);
    expect(asked).toEqual([]);
  });
});
