import { inject } from "@throughline/propagation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolve } from "../src/index.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { fixture, fixtures } from "./fixtures.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const carried = {
  traceparent: `00-${TRACE}-53995c3f42cd8ad8-01`,
  "x-datadog-trace-id": "11803532876627986230",
};

const statement = { Action: "execute-api:Invoke", Effect: "Allow", Resource: "*" };
const policy = { principalId: "user", policyDocument: { Version: "2012-10-17", Statement: [statement] } };
const denial = { ...policy, policyDocument: { Statement: [{ ...statement, Effect: "Deny" }] } };

interface Event {
  headers?: unknown;
  multiValueHeaders?: unknown;
  requestContext: { requestId: string; authorizer?: unknown };
}

/** What the authorizer that got this fixture's event answers instead. */
function answered(name: string, answer: unknown, headers: Record<string, string> = carried): unknown {
  const event = deepFreeze(fixture(name));
  const { trigger } = resolve(event, undefined, {});
  return trigger.passOn ? trigger.passOn(answer, event, headers) : answer;
}

/** What Datadog's reader makes of it: base64 of a JSON text. */
function decoded(answer: unknown): Record<string, unknown> {
  const { _datadog } = (answer as { context: { _datadog: string } }).context;
  return JSON.parse(Buffer.from(_datadog, "base64").toString("utf8"));
}

const AUTHORIZERS = [
  ["a REST API's", "api-gateway-authorizer/rest-request", "api-gateway/traceparent-mixed-case"],
  ["an HTTP API's", "api-gateway-authorizer/http-api", "http-api/traceparent"],
  ["a WebSocket API's", "api-gateway-websocket/connect-authorizer", "api-gateway-websocket/connect"],
] as const;

describe.each(AUTHORIZERS)("%s authorizer", (_, asked, target) => {
  test.each<[string, object]>([
    ["a policy", policy],
    ["a policy of one statement", { ...policy, policyDocument: { Statement: statement } }],
    ["a policy that denies the rest", { ...policy, policyDocument: { Statement: [denial, statement] } }],
    ["a policy with a context of its own", { ...policy, context: { plan: "gold", seats: 3, vip: true } }],
    ["a context of null", { ...policy, context: null }],
    ["a simple answer", { isAuthorized: true }],
    ["a simple answer with a context", { isAuthorized: true, context: { nested: { a: 1 } } }],
    ["an object without a prototype", Object.assign(Object.create(null), { isAuthorized: true })],
  ])("passes the trace on in %s, which it leaves as it was", (_about, answer) => {
    const before = structuredClone({ ...answer });
    const passed = answered(asked, deepFreeze(answer)) as { context: object };
    expect({ ...answer }).toStrictEqual(before);
    const { _datadog, ...own } = passed.context as { _datadog: unknown };
    expect({ ...passed, context: own }).toStrictEqual({
      ...before,
      context: { ...(before as { context?: object }).context },
    });
    expect(typeof _datadog).toBe("string");
    const { "x-datadog-parent-span-finish-time": finished, ...rest } = decoded(passed);
    expect(rest).toStrictEqual({
      ...carried,
      "x-datadog-authorizing-requestid": fixture<Event>(asked).requestContext.requestId,
    });
    expect(Math.abs(Number(finished) / 1e6 - Date.now())).toBeLessThan(60_000);
  });

  test("is read by the function behind it, for this request only", () => {
    const { context } = answered(asked, policy) as { context: object };
    const event = fixture<Event>(target);
    const spanOf = (requestId: string) => {
      const authorizer = target.startsWith("http-api") ? { lambda: context } : context;
      const { authorizer: _none, ...requestContext } = event.requestContext;
      return resolve(
        { ...event, requestContext: { ...requestContext, requestId, authorizer } },
        undefined,
        {},
      ).parentage.parent?.spanId;
    };
    expect(spanOf(fixture<Event>(asked).requestContext.requestId)).toBe("53995c3f42cd8ad8");
    expect(spanOf("another")).not.toBe("53995c3f42cd8ad8");
  });

  class Answer {
    get isAuthorized(): boolean {
      return true;
    }
  }
  test.each<[string, unknown]>([
    ["a denial", { isAuthorized: false }],
    ["a denial that is no boolean", { isAuthorized: "true" }],
    ["a policy that denies", denial],
    ["a policy without statements", { ...policy, policyDocument: {} }],
    ["a policy of nobody", { policyDocument: policy.policyDocument }],
    ["an envelope already there", { ...policy, context: { _datadog: "mine" } }],
    ["a context that is none", { ...policy, context: "gold" }],
    ["a list for a context", { ...policy, context: [] }],
    ["an answer near the limit", { ...policy, context: { claims: "x".repeat(8000) } }],
    ["an answer whose fields are its class's", new Answer()],
    ["an answer with a JSON form of its own", { isAuthorized: true, toJSON: () => ({}) }],
    ["an HTTP response", { statusCode: 200, body: "" }],
    ["an IoT authorizer's answer", { isAuthenticated: true, principalId: "a", policyDocuments: [] }],
    ["nothing", undefined],
    ["null", null],
    ["a text", "Unauthorized"],
    ["a list", [policy]],
  ])("leaves %s alone", (_about, answer) => {
    expect(answered(asked, answer)).toBe(answer);
  });

  test("does not pass on what is no trace", () => expect(answered(asked, policy, {})).toBe(policy));

  test("leaves baggage behind where it is too large", () => {
    const baggage = `a=${"b".repeat(7000)}`;
    const answer = answered(asked, policy, { ...carried, baggage });
    expect(decoded(answer)).toMatchObject(carried);
    expect(decoded(answer)).not.toHaveProperty("baggage");
    expect(decoded(answered(asked, policy, { ...carried, baggage: "a=b" }))).toHaveProperty("baggage", "a=b");
  });

  test("whatever the answer, nothing is thrown and the limit is kept", () => {
    const contexts = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()));
    const answers = fc.oneof(
      fc.anything(),
      fc.record({ isAuthorized: fc.constant(true), context: fc.oneof(contexts, fc.anything()) }),
    );
    fc.assert(
      fc.property(answers, (answer) => {
        const passed = answered(asked, answer);
        if (passed !== answer) expect(Buffer.byteLength(JSON.stringify(passed))).toBeLessThanOrEqual(8192);
      }),
    );
  });
});

/**
 * What Datadog's reader takes: from `authorizer` or its `lambda`, when the gateway waited or the request is the same. Parent and
 * trace are decimal, the trace's upper half is a tag.
 */
function datadogReads({ requestContext }: Event): unknown {
  const authorizer = Object(requestContext.authorizer);
  const { _datadog } = authorizer.lambda ?? authorizer;
  const headers = JSON.parse(Buffer.from(_datadog, "base64").toString());
  const fresh =
    authorizer.integrationLatency > 0 ||
    headers["x-datadog-authorizing-requestid"] === requestContext.requestId;
  if (!fresh) return undefined;
  const high = /_dd\.p\.tid=([0-9a-f]{16})/.exec(headers["x-datadog-tags"])?.[1] ?? "";
  const hex = (key: string) => BigInt(headers[key]).toString(16).padStart(16, "0");
  return { traceId: high + hex("x-datadog-trace-id"), spanId: hex("x-datadog-parent-id") };
}

test.each(AUTHORIZERS)("of %s answer, Datadog's reader makes what ours does", (_, asked, target) => {
  const parent = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "53995c3f42cd8ad8", sampled: true };
  const { context } = answered(asked, policy, inject(parent)) as { context: object };
  const { requestId } = fixture<Event>(asked).requestContext;
  const event = fixture<Event>(target);
  event.headers = {};
  event.multiValueHeaders = {};
  for (const id of [requestId, "another"]) {
    const authorizer = target.startsWith("http-api") ? { lambda: context } : context;
    event.requestContext = { ...event.requestContext, requestId: id, authorizer };
    const ours = resolve(event, undefined, {}).parentage.parent;
    const { traceId, spanId } = parent;
    expect(datadogReads(event)).toEqual(id === requestId ? { traceId, spanId } : undefined);
    expect(ours).toEqual(id === requestId ? expect.objectContaining({ traceId, spanId }) : undefined);
  }
});

test("a token authorizer knows no request: what it passes on counts where the gateway waited for it", () => {
  const answer = answered("api-gateway-authorizer/token", policy) as { context: object };
  expect(decoded(answer)).not.toHaveProperty("x-datadog-authorizing-requestid");
  const event = fixture<Event>("api-gateway/traceparent-mixed-case");
  const spanOf = (integrationLatency: number) => {
    event.requestContext.authorizer = { ...answer.context, integrationLatency };
    return resolve(event, undefined, {}).parentage.parent?.spanId;
  };
  expect([spanOf(12), spanOf(0)]).toEqual(["53995c3f42cd8ad8", "00f067aa0ba902b7"]);
});

test("only authorizers pass anything on", () => {
  const passing = fixtures.filter(({ name }) => answered(name, policy) !== policy).map(({ name }) => name);
  expect(passing.every((name) => name.includes("authorizer"))).toBe(true);
  expect(answered("api-gateway-websocket/connect", policy)).toBe(policy);
  expect(answered("http-api/traceparent", policy)).toBe(policy);
});
