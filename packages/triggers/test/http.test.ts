import { describe, expect, test } from "vitest";
import { resolve } from "../src/index.ts";
import { fixture } from "./fixtures.ts";

const attributesOf = (event: unknown) => resolve(event, undefined, {}).attributes;

interface Headers {
  headers: Record<string, string | undefined>;
}

function alb(headers: Record<string, string | undefined>) {
  const event = fixture<Headers>("alb/traceparent");
  return { ...event, headers: { ...event.headers, ...headers } };
}

describe("what a load balancer says of the client and itself", () => {
  test.each([
    ["203.0.113.24", "203.0.113.24"],
    ["203.0.113.24:51234", "203.0.113.24"],
    ["203.0.113.24 , 10.0.0.1", "203.0.113.24"],
    ["2001:db8::1", "2001:db8::1"],
    ["[2001:db8::1]:51234, 10.0.0.1", "[2001:db8::1]"],
    [undefined, undefined],
  ])("x-forwarded-for %j is client %j", (forwarded, client) => {
    expect(attributesOf(alb({ "x-forwarded-for": forwarded }))["client.address"]).toBe(client);
  });

  test.each([
    ["shop.example.com", "443", "shop.example.com", 443],
    ["shop.example.com:8443", undefined, "shop.example.com", 8443],
    ["shop.example.com:8443", "nonsense", "shop.example.com", 8443],
    ["shop.example.com", undefined, "shop.example.com", 443],
    ["shop.example.com", "70000", "shop.example.com", 443],
    [undefined, "443", undefined, undefined],
  ])("host %j and port %j are server %j, %j", (host, port, address, expected) => {
    const attributes = attributesOf(alb({ host, "x-forwarded-port": port }));
    expect([attributes["server.address"], attributes["server.port"]]).toEqual([address, expected]);
  });
});

interface V2 {
  requestContext: { http: Record<string, unknown> };
}

describe("what a gateway says of the protocol and method", () => {
  const http = (fields: Record<string, unknown>) => {
    const event = fixture<V2>("http-api/traceparent");
    Object.assign(event.requestContext.http, fields);
    return resolve(event, undefined, {});
  };

  test.each([
    ["HTTP/1.1", "1.1"],
    ["HTTP/1.0", "1.0"],
    ["HTTP/2.0", "2"],
    ["HTTP/3", "3"],
    ["h2", undefined],
    [2, undefined],
  ])("protocol %j is version %j", (protocol, version) => {
    expect(http({ protocol }).attributes["network.protocol.version"]).toBe(version);
  });

  test.each([
    ["QUERY", "QUERY", undefined, "QUERY /pets/{petId}"],
    ["get", "_OTHER", "get", "HTTP /pets/{petId}"],
    [undefined, undefined, undefined, "HTTP /pets/{petId}"],
  ])("method %j", (method, known, original, spanName) => {
    const resolution = http({ method });
    expect(resolution.attributes["http.request.method"]).toBe(known);
    expect(resolution.attributes["http.request.method_original"]).toBe(original);
    expect(resolution.spanName).toBe(spanName);
  });
});

test("neither headers, cookies nor the body become attributes", () => {
  const event = fixture<Headers & { body: string }>("http-api/datadog-headers");
  const attributes = JSON.stringify(attributesOf({ ...event, body: "s3cret", cookies: ["s3cret"] }));
  expect(attributes).not.toContain("s3cret");
  expect(attributes).not.toContain("datadog");
});

describe("a query that the event holds in parts", () => {
  const rest = (parts: object) => attributesOf({ ...fixture<object>("api-gateway/console-test"), ...parts });

  test.each<[object, string | undefined]>([
    [{ multiValueQueryStringParameters: { a: ["1", "2"], b: [""] } }, "a=1&a=2&b="],
    [{ multiValueQueryStringParameters: null, queryStringParameters: { a: "1" } }, "a=1"],
    [{ queryStringParameters: { "ä b": "c&d=e" } }, "%C3%A4%20b=c%26d%3De"],
    [{ queryStringParameters: { half: "\ud800" } }, "half=%EF%BF%BD"],
    [{ queryStringParameters: { a: null, b: 1 } }, "a=&b="],
    [{ queryStringParameters: { sig: "s3cret", significant: "1" } }, "sig=REDACTED&significant=1"],
    [{ queryStringParameters: {} }, undefined],
    [{ queryStringParameters: null }, undefined],
  ])("%j is %j", (parts, query) => expect(rest(parts)["url.query"]).toBe(query));
});
