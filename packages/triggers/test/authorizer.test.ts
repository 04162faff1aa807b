import { describe, expect, test } from "vitest";
import { resolve } from "../src/index.ts";
import { fixture } from "./fixtures.ts";

const HEADERS = "00f067aa0ba902b7";
const AUTHORIZER = "53995c3f42cd8ad8";
const traceparent = `00-4bf92f3577b34da6a3ce929d0e0e4736-${AUTHORIZER}-01`;
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");

interface Event {
  requestContext: { requestId: string; authorizer?: unknown };
}

/** The span that an event with this authorizer's context hangs on. */
function parentOf(name: string, authorizer: (requestId: string) => unknown): string | undefined {
  const event = fixture<Event>(name);
  event.requestContext.authorizer = authorizer(event.requestContext.requestId);
  return resolve(event, undefined, {}).parentage.parent?.spanId;
}

const ID = "x-datadog-authorizing-requestid";

describe.each<[string, string, (context: unknown) => unknown]>([
  ["a REST API's", "api-gateway/traceparent-mixed-case", (context) => context],
  ["an HTTP API's", "http-api/traceparent", (lambda) => ({ lambda })],
  ["a WebSocket API's", "api-gateway-websocket/connect", (context) => context],
])("%s authorizer", (_, name, wrap) => {
  test.each<[string, (id: string) => object | null, string]>([
    ["asked for this request", (id) => ({ traceparent, [ID]: id }), AUTHORIZER],
    ["the same, in an envelope", (id) => ({ _datadog: base64({ traceparent, [ID]: id }) }), AUTHORIZER],
    ["the id beside the envelope", (id) => ({ _datadog: base64({ traceparent }), [ID]: id }), AUTHORIZER],
    [
      "an envelope that is plain JSON",
      (id) => ({ _datadog: JSON.stringify({ traceparent, [ID]: id }) }),
      AUTHORIZER,
    ],
    ["waited for", () => ({ traceparent, integrationLatency: 1 }), AUTHORIZER],
    ["cached", () => ({ traceparent, integrationLatency: 0, [ID]: "another" }), HEADERS],
    ["of no known request", () => ({ traceparent }), HEADERS],
    ["an odd latency", () => ({ traceparent, integrationLatency: "soon" }), HEADERS],
    ["an odd id", () => ({ traceparent, [ID]: { id: 1 } }), HEADERS],
    ["fresh, without a context", () => ({ principalId: "user", integrationLatency: 1 }), HEADERS],
    ["fresh, with a broken envelope", () => ({ _datadog: "e30=", integrationLatency: 1 }), HEADERS],
    ["null", () => null, HEADERS],
  ])("%s", (_about, context, expected) => {
    expect(parentOf(name, (id) => wrap(context(id)))).toBe(expected);
  });
});

test("without a request id nothing is this request's", () => {
  const event = fixture<Event>("api-gateway/mapping-template");
  event.requestContext.authorizer = { traceparent, [ID]: undefined };
  expect(resolve(event, undefined, {}).parentage.parent?.spanId).toBe(HEADERS);
});
