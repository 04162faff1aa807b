import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readRuntime } from "../src/index.ts";
import { hostile } from "./harness.ts";

const absent = { xRayTraceId: undefined, traceparent: undefined, tracestate: undefined, baggage: undefined };
const w3c = { traceparent: "00-…-01", tracestate: "a=1", baggage: "user=42" };

/** The class that the runtime brings today. */
class OldStore {
  readonly #header: unknown;
  constructor(header: unknown) {
    this.#header = header;
  }
  getXRayTraceId() {
    return this.#header;
  }
}

/** The class that also knows W3C. */
class NewStore extends OldStore {
  getTraceparent() {
    return w3c.traceparent;
  }
  getTracestate() {
    return w3c.tracestate;
  }
  getBaggage() {
    return w3c.baggage;
  }
}

function fail(): never {
  throw new Error("no context available");
}

const install = (InvokeStore: unknown) => Object.assign(globalThis, { awslambda: { InvokeStore } });

beforeEach(() => void vi.stubEnv("_X_AMZN_TRACE_ID", undefined));

afterEach(() => {
  vi.unstubAllEnvs();
  Reflect.deleteProperty(globalThis, "awslambda");
});

describe("the tracing header comes from the first that has one", () => {
  test.each([
    ["the context", { xRayTraceId: "context" }, new OldStore("store"), "env", "context"],
    ["the store, where the context has none", {}, new OldStore("store"), "env", "store"],
    ["the store, where the context's is empty", { xRayTraceId: "" }, new OldStore("store"), "env", "store"],
    ["the store, where there is no context", undefined, new OldStore("store"), "env", "store"],
    ["the environment, where the store's is empty", {}, new OldStore(""), "env", "env"],
    ["the environment, where the store has none", {}, new OldStore(undefined), "env", "env"],
    ["the environment, where the store has no getter", {}, {}, "env", "env"],
    ["the environment, where the store's getter is none", {}, { getXRayTraceId: 5 }, "env", "env"],
    ["the environment, where the store throws", {}, { getXRayTraceId: fail }, "env", "env"],
    ["the environment, where there is no store", {}, undefined, "env", "env"],
    ["the store, where the context's is no text", { xRayTraceId: 5 }, new OldStore("store"), "env", "store"],
    ["the store, where the context throws", hostile(), new OldStore("store"), "env", "store"],
    ["nobody", {}, undefined, "", undefined],
    ["nobody, where nothing is there", null as never, undefined, undefined, undefined],
  ])("%s", (_, context, store, env, expected) => {
    if (store) install(store);
    vi.stubEnv("_X_AMZN_TRACE_ID", env);
    expect(readRuntime(context)).toEqual({ ...absent, xRayTraceId: expected });
  });
});

describe("W3C's headers come from the store", () => {
  test("where it has getters for them", () => {
    install(new NewStore(undefined));
    expect(readRuntime({})).toEqual({ xRayTraceId: undefined, ...w3c });
    expect(readRuntime({ xRayTraceId: "context" })).toEqual({ xRayTraceId: "context", ...w3c });
  });

  test("each alone, where others throw or are empty", () => {
    install({ getTraceparent: () => w3c.traceparent, getTracestate: fail, getBaggage: () => "" });
    expect(readRuntime({})).toEqual({ ...absent, traceparent: w3c.traceparent });
  });
});

test.each([
  ["awslambda is something else", () => Object.assign(globalThis, { awslambda: "mine" })],
  ["awslambda is null", () => Object.assign(globalThis, { awslambda: null })],
  ["awslambda throws", () => Object.assign(globalThis, { awslambda: hostile() })],
])("%s: nothing is found and nothing thrown", (_, arrange) => {
  arrange();
  expect(readRuntime({})).toEqual(absent);
});

test("nothing is kept from one invocation to the next", () => {
  install(new NewStore("first"));
  vi.stubEnv("_X_AMZN_TRACE_ID", "first");
  readRuntime({ xRayTraceId: "first" });
  install(new OldStore("second"));
  expect(readRuntime({})).toEqual({ ...absent, xRayTraceId: "second" });
  install(undefined);
  vi.stubEnv("_X_AMZN_TRACE_ID", undefined);
  expect(readRuntime({})).toEqual(absent);
});
