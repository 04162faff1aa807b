import fc from "fast-check";
import { expect, test } from "vitest";
import { targetAttributes, toTarget } from "../../src/http/target.ts";

test.each([
  ["http://localhost", "/a?b=c", "http://localhost/a?b=c", "localhost", 80],
  ["https://example.com", "/", "https://example.com/", "example.com", 443],
  ["https://example.com:8443", "/", "https://example.com:8443/", "example.com", 8443],
  ["http://[::1]:3000", "/a", "http://[::1]:3000/a", "::1", 3000],
  ["http://localhost", "?a=b", "http://localhost/?a=b", "localhost", 80],
  ["http://localhost", "*", "http://localhost/*", "localhost", 80],
  ["http://localhost", "//evil.example/a", "http://localhost//evil.example/a", "localhost", 80],
  [
    "http://proxy.example:3128",
    "http://api.example.com/a?b",
    "http://api.example.com/a?b",
    "api.example.com",
    80,
  ],
  ["http://me:secret@example.com", "/", "http://REDACTED:REDACTED@example.com/", "example.com", 80],
  [
    "http://proxy.example",
    "http://me:s@cr:et@api.example/a@b",
    "http://REDACTED:REDACTED@api.example/a@b",
    "api.example",
    80,
  ],
  [
    "https://bucket.s3.amazonaws.com",
    "/key?X-Amz-Credential=AKIA&X-Amz-Date=1&X-Amz-Security-Token=t&X-Amz-Signature=abc",
    "https://bucket.s3.amazonaws.com/key?X-Amz-Credential=REDACTED&X-Amz-Date=1&X-Amz-Security-Token=REDACTED&X-Amz-Signature=REDACTED",
    "bucket.s3.amazonaws.com",
    443,
  ],
  ["http://a", "/?sig=1&q=2&Signature=3", "http://a/?sig=REDACTED&q=2&Signature=REDACTED", "a", 80],
])("%s %s", (origin, path, full, address, port) => {
  expect(targetAttributes(toTarget("GET", origin, path)!)).toStrictEqual({
    "http.request.method": "GET",
    "server.address": address,
    "server.port": port,
    "url.full": full,
  });
});

test("what is no URL has no target", () => {
  for (const origin of ["", "undefined", "http://", "http://a b"])
    expect(toTarget("GET", origin, "/")).toBeUndefined();
});

test("no credential and no signature is ever in the URL", () => {
  const junk = fc.string().map((text) => text.replaceAll("TOPSECRET", ""));
  const secret = fc.constantFrom("sig", "Signature", "X-Amz-Signature", "AWSAccessKeyId", "X-Goog-Signature");
  fc.assert(
    fc.property(junk, junk, secret, junk, (path, query, name, after) => {
      const end = encodeURIComponent(after);
      const url = `/${encodeURIComponent(path)}?${encodeURIComponent(query)}&${name}=TOPSECRET&${end}`;
      const target = toTarget("GET", "http://u:TOPSECRET@example.com", url);
      expect(JSON.stringify(targetAttributes(target!))).not.toContain("TOPSECRET");
    }),
  );
});
