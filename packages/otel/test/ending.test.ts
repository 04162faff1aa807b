import { runInNewContext } from "node:vm";
import { SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, test } from "vitest";
import { fixture } from "../../triggers/test/fixtures.ts";
import { type Ending, startInvocation } from "../src/index.ts";
import { hostile, recorder } from "./harness.ts";

const { tracer, take } = recorder();

function spanEndedWith(ending: Ending, event: unknown = {}) {
  startInvocation(event, undefined, { tracer }).end(ending);
  return take()[0]!;
}

const httpApi = fixture("http-api/traceparent");
const restApi = fixture("api-gateway/console-test");

describe("a result", () => {
  test.each([
    ["200", httpApi, { statusCode: 200 }, 200],
    ["404, which is the client's error", httpApi, { statusCode: 404 }, 404],
    ["500", httpApi, { statusCode: 500 }, 500],
    ["599", httpApi, { statusCode: 599 }, 599],
    ["a text, which an HTTP API answers with 200", httpApi, "hello", 200],
    ["nothing, which an HTTP API answers with 200", httpApi, undefined, 200],
    ["no status code, which a REST API answers with 502", restApi, { body: "hello" }, 502],
    ["null, which a REST API answers with 502", restApi, null, 502],
  ])("of %s", (_, event, result, statusCode) => {
    const { attributes, status } = spanEndedWith({ result }, event);
    expect(attributes["http.response.status_code"]).toBe(statusCode);
    const failed = statusCode >= 500;
    expect(attributes["error.type"]).toBe(failed ? String(statusCode) : undefined);
    expect(status.code).toBe(failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET);
  });

  test("of anything else than HTTP says nothing of a status", () => {
    const { attributes, status, events } = spanEndedWith({ result: { statusCode: 500 } });
    expect(attributes).not.toHaveProperty(["http.response.status_code"]);
    expect(status).toEqual({ code: SpanStatusCode.UNSET });
    expect(events).toEqual([]);
  });
});

class PaymentError extends Error {
  override name = "PaymentError";
  readonly code = "E_PAYMENT";
}

const messageThrows = Object.defineProperty(new Error("x"), "message", {
  get() {
    throw new Error("no message");
  },
});

describe("an error", () => {
  test.each<[string, unknown, string, string]>([
    ["an Error", new Error("boom"), "Error", "boom"],
    ["a subclass", new PaymentError("declined"), "PaymentError", "declined"],
    ["a system error", new RangeError("out"), "RangeError", "out"],
    ["an error with an empty message", new TypeError(""), "TypeError", ""],
    ["an error without a name", Object.assign(new Error("boom"), { name: "" }), "Error", "boom"],
    ["an error of odd parts", Object.assign(new Error(), { name: 5, message: 6, stack: 7 }), "5", "6"],
    ["a string", "boom", "string", "boom"],
    ["an empty string", "", "string", ""],
    ["null", null, "object", "null"],
    ["undefined", undefined, "undefined", "undefined"],
    ["an object", { statusCode: 400 }, "object", "[object Object]"],
    ["a number", 42, "number", "42"],
    ["a symbol", Symbol("boom"), "symbol", "Symbol(boom)"],
    ["an error whose message throws", messageThrows, "_OTHER", ""],
    ["an object without a prototype", Object.create(null), "_OTHER", ""],
    ["a hostile object", hostile(), "_OTHER", ""],
    ["an error of another realm", runInNewContext("new TypeError('far')"), "object", "TypeError: far"],
  ])("%s", (_, error, type, message) => {
    const { attributes, status, events, ended } = spanEndedWith({ error });
    expect(ended).toBe(true);
    expect(attributes["error.type"]).toBe(type);
    expect(status).toEqual({ code: SpanStatusCode.ERROR, message });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ name: "exception", attributes: { "exception.type": type } });
  });

  test("keeps its stack", () => {
    const error = new PaymentError("declined");
    expect(spanEndedWith({ error }).events[0]?.attributes).toEqual({
      "exception.type": "PaymentError",
      "exception.message": "declined",
      "exception.stacktrace": error.stack,
    });
  });

  test("of an HTTP function makes no status code: what the client gets is the gateway's affair", () => {
    const { attributes } = spanEndedWith({ error: new Error("boom") }, httpApi);
    expect(attributes).not.toHaveProperty(["http.response.status_code"]);
    expect(attributes["error.type"]).toBe("Error");
  });
});

test("an invocation ends once; what comes later changes nothing", () => {
  const invocation = startInvocation({}, undefined, { tracer });
  expect(invocation.ended).toBe(false);
  invocation.end({ result: 1 });
  expect(invocation.ended).toBe(true);
  invocation.end({ error: new Error("late") });
  const [span, ...others] = take();
  expect(others).toEqual([]);
  expect(span?.status.code).toBe(SpanStatusCode.UNSET);
  expect(span?.events).toEqual([]);
});
