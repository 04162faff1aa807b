import { expect, test } from "vitest";
import { traceHttp } from "../../src/index.ts";

test.each([
  [null, "traceHttp: expected an object of options, got null"],
  [{ ignored: [] }, "traceHttp: no such option as ignored; there are ignore, headersTo, formats"],
  [{ ignore: "localhost" }, "traceHttp: ignore: expected an array"],
  [
    { ignore: ["localhost", 5] },
    "traceHttp: ignore[1] is 5: expected a host, a host:port, an http(s) URL or a RegExp",
  ],
  [{ headersTo: ["a"] }, "traceHttp: headersTo: no such option as 0; there are allow, deny"],
  [{ headersTo: { only: [] } }, "traceHttp: headersTo: no such option as only; there are allow, deny"],
  [{ headersTo: { allow: ["a/b"] } }, "traceHttp: headersTo.allow[0] is a/b: expected a host"],
  [{ headersTo: { deny: [null] } }, "traceHttp: headersTo.deny[0] is null: expected a host"],
  [{ formats: ["w3c"] }, "traceHttp({ formats: [0] }): expected a format, or an OpenTelemetry propagator"],
])("%j is refused", (options, message) => {
  expect(() => traceHttp(options as never)).toThrow(TypeError);
  expect(() => traceHttp(options as never)).toThrow(message);
});
