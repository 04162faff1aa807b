import { expect, test } from "vitest";
import { toMatcher } from "../../src/http/patterns.ts";
import { toTarget } from "../../src/http/target.ts";

const GLOBAL = /orders/g;

test.each([
  ["api.example.com", "https://api.example.com/orders", true],
  ["API.example.com", "https://api.example.com/orders", true],
  ["api.example.com", "https://api.example.com:8443/", true],
  ["example.com", "https://api.example.com/", false],
  ["api.example.com", "https://api.example.com.evil.example/", false],
  ["api.example.com", "https://evil.example/api.example.com", false],
  ["api.example.com", "https://api.example.com@evil.example/", false],
  ["localhost:2773", "http://localhost:2773/secrets", true],
  ["localhost:2773", "http://localhost:2774/secrets", false],
  ["api.example.com:443", "https://api.example.com/", true],
  ["api.example.com:443", "http://api.example.com/", false],
  ["api.example.com:80", "http://api.example.com/", true],
  ["[::1]:8080", "http://[::1]:8080/", true],
  ["[0:0::1]", "http://[::1]:8080/", true],
  ["https://api.example.com", "https://api.example.com/orders", true],
  ["https://api.example.com:443/", "https://api.example.com/orders", true],
  ["https://api.example.com", "http://api.example.com/orders", false],
  ["https://api.example.com", "https://api.example.com.evil.example/", false],
  ["https://api.example.com", "https://api.example.com:8443/", false],
  ["https://api.example.com/v1", "https://api.example.com/v1", true],
  ["https://api.example.com/v1", "https://api.example.com/v1/orders", true],
  ["https://api.example.com/v1", "https://api.example.com/v1?page=2", true],
  ["https://api.example.com/v1", "https://api.example.com/v10", false],
  ["https://api.example.com/v1/", "https://api.example.com/v1/orders", true],
  [/\.example\.com\/orders$/, "https://api.example.com/orders", true],
  [/\.example\.com\/orders$/, "https://api.example.com/orders/7", false],
  [GLOBAL, "https://api.example.com/orders", true],
  [GLOBAL, "https://api.example.com/orders", true],
])("%s and %s: %s", (pattern, url, expected) => {
  const { origin, pathname, search } = new URL(url);
  const target = toTarget(
    "GET",
    url.includes("@") ? url : origin,
    url.includes("@") ? "" : pathname + search,
  );
  expect(toMatcher(pattern)?.(target!)).toBe(expected);
  expect(GLOBAL.lastIndex).toBe(0);
});

test.each([
  "",
  " ",
  "a b",
  "example.com/path",
  "ftp://example.com",
  "https://",
  "://",
  "a:b",
  "a:123456",
  "me@host",
  5,
])("%s is no pattern", (pattern) => {
  expect(toMatcher(pattern)).toBeUndefined();
});
