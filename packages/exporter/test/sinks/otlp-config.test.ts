import { expect, test } from "vitest";
import { otlpConfig } from "../../src/sinks/otlp-config.ts";

test.each([
  ["nothing", {}, "http://localhost:4318/v1/traces", true],
  [
    "the general endpoint",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" },
    "http://collector:4318/v1/traces",
    false,
  ],
  [
    "a trailing slash",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/" },
    "http://collector:4318/v1/traces",
    false,
  ],
  [
    "a path",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "https://x.example/api/v2/otlp" },
    "https://x.example/api/v2/otlp/v1/traces",
    false,
  ],
  [
    "a query",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "https://x.example/a?key=1" },
    "https://x.example/a/v1/traces?key=1",
    false,
  ],
  [
    "the traces endpoint, as it is",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:1", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t:2/in" },
    "http://t:2/in",
    false,
  ],
  ["no URL", { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }, "http://localhost:4318/v1/traces", true],
])("the endpoint of %s", (_, env, url, isDefault) => {
  const config = otlpConfig({}, env);
  expect([config.url.href, config.isDefault]).toStrictEqual([url, isDefault]);
});

test("headers join: general, traces, option, the later ones win", async () => {
  const env = {
    OTEL_EXPORTER_OTLP_HEADERS: "Api-Key=a%20b, x-one=1,broken",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-one=2,bad=%zz",
  };
  expect(await otlpConfig({}, env).headers()).toStrictEqual({ "api-key": "a b", "x-one": "2" });
  const rotating = otlpConfig({ headers: async () => ({ "x-one": "3" }) }, env);
  expect(await rotating.headers()).toStrictEqual({ "api-key": "a b", "x-one": "3" });
});

test.each([
  [{}, {}, "http/protobuf", "none"],
  [
    { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" },
    {},
    "http/json",
    "gzip",
  ],
  [
    { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf" },
    {},
    "http/protobuf",
    "none",
  ],
  [
    { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_COMPRESSION: "br" },
    {},
    "http/protobuf",
    "none",
  ],
  [
    { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" },
    { protocol: "http/protobuf", compression: "gzip" } as const,
    "http/protobuf",
    "gzip",
  ],
])("protocol and compression of %o and %o", (env, options, protocol, compression) => {
  const config = otlpConfig(options, env);
  expect([config.protocol, config.compression]).toStrictEqual([protocol, compression]);
});

test.each([
  [{ url: "collector:4318" }, 'otlp({ url: "collector:4318" }): expected an http or https URL'],
  [{ protocol: "grpc" }, 'otlp({ protocol: "grpc" }): expected "http/protobuf" or "http/json"'],
  [{ compression: "br" }, 'otlp({ compression: "br" }): expected "gzip" or "none"'],
  [{ endpoint: "x" }, "otlp({ endpoint }): no such option; there are url, headers, protocol, compression"],
  [
    { headers: "api-key=1" },
    'otlp({ headers }): expected an object, such as { "api-key": "…" }, or a function that gives one',
  ],
  [null, "otlp(): expected an object of options, such as { url }"],
])("a wrong option %o is the programmer's", (options, message) => {
  expect(() => otlpConfig(options as never, {})).toThrow(new TypeError(message));
});

test("certificates come from the variables, the traces ones first", () => {
  const env = {
    OTEL_EXPORTER_OTLP_CERTIFICATE: "/ca",
    OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: "/traces-ca",
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: "/cert",
    OTEL_EXPORTER_OTLP_CLIENT_KEY: "/key",
  };
  expect(otlpConfig({}, env).certificates).toStrictEqual({ ca: "/traces-ca", cert: "/cert", key: "/key" });
});
