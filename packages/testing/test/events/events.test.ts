import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import {
  albEvent,
  eventBridgeEvent,
  functionUrlEvent,
  httpApiEvent,
  lambdaContext,
  restApiEvent,
  snsEvent,
  snsNotification,
  sqsEvent,
  sqsRecord,
} from "../../src/events/events.ts";

test.each([
  ["httpApiEvent", httpApiEvent],
  ["restApiEvent", restApiEvent],
  ["functionUrlEvent", functionUrlEvent],
  ["albEvent", albEvent],
  ["sqsEvent", sqsEvent],
  ["snsEvent", snsEvent],
  ["eventBridgeEvent", eventBridgeEvent],
])("%s gives a new event each time, one that JSON can carry", (_, build) => {
  const event: unknown = build();
  expect(JSON.parse(JSON.stringify(event))).toEqual(event);
  expect(build()).not.toBe(event);
});

test("overrides replace what they name, headers as a whole", () => {
  const event = httpApiEvent({ headers: { traceparent: "00-a" }, rawPath: "/other", body: undefined });
  expect(event).toMatchObject({ rawPath: "/other", routeKey: "POST /orders/{id}" });
  expect(event.headers).toEqual({ traceparent: "00-a" });
  expect(event).not.toHaveProperty("body");
});

test("the request context is merged at every depth", () => {
  const { requestContext } = httpApiEvent({ requestContext: { stage: "beta", http: { method: "PUT" } } });
  expect(requestContext).toMatchObject({
    stage: "beta",
    apiId: "a1b2c3d4e5",
    http: { method: "PUT", path: "/orders/17" },
  });
});

test("a function URL is known by its domain and has no routes", () => {
  const event = functionUrlEvent();
  expect(event.requestContext.domainName).toMatch(/^[a-z0-9]+\.lambda-url\.us-east-1\.on\.aws$/);
  expect(event.headers.host).toBe(event.requestContext.domainName);
  expect([event.routeKey, event.requestContext.routeKey]).toEqual(["$default", "$default"]);
  expect(event).not.toHaveProperty("pathParameters");
});

test.each([
  ["headers", { headers: { A: "1" } }, { A: "1" }, { A: ["1"] }],
  ["multiValueHeaders", { multiValueHeaders: { A: ["1", "2"] } }, { A: "2" }, { A: ["1", "2"] }],
  ["both", { headers: { A: "1" }, multiValueHeaders: {} }, { A: "1" }, {}],
])("a REST event given %s has both kinds of headers", (_, overrides, headers, multiValueHeaders) => {
  expect(restApiEvent(overrides)).toMatchObject({ headers, multiValueHeaders });
});

test("a load balancer's event has one kind of headers", () => {
  expect(albEvent()).not.toHaveProperty("multiValueHeaders");
  const event = albEvent({ multiValueHeaders: { traceparent: ["00-a"] } });
  expect(event.multiValueHeaders).toEqual({ traceparent: ["00-a"] });
  for (const key of ["headers", "queryStringParameters"]) expect(event).not.toHaveProperty(key);
});

test("SQS attributes are spelled short, and system attributes are added", () => {
  const record = sqsRecord({
    body: "hello",
    attributes: { AWSTraceHeader: "Root=1" },
    messageAttributes: {
      text: "a",
      bytes: Buffer.from("{}"),
      full: { dataType: "Number", stringValue: "1" },
    },
  });
  expect(record).toMatchObject({
    attributes: { AWSTraceHeader: "Root=1", ApproximateReceiveCount: "1" },
    messageAttributes: {
      text: { stringValue: "a", dataType: "String" },
      bytes: { binaryValue: "e30=", dataType: "Binary" },
      full: { dataType: "Number", stringValue: "1" },
    },
    md5OfBody: createHash("md5").update("hello").digest("hex"),
  });
});

test("a batch has a message for each override, with ids of their own", () => {
  const { Records } = sqsEvent([{ body: "a" }, { body: "b" }]);
  expect(Records.map(({ body }) => body)).toEqual(["a", "b"]);
  expect(new Set(Records.map(({ messageId }) => messageId)).size).toBe(2);
});

test("SNS attributes are spelled short, in an event and in a wrapped body", () => {
  const MessageAttributes = { text: "a", bytes: Buffer.from("{}") };
  const expected = { text: { Type: "String", Value: "a" }, bytes: { Type: "Binary", Value: "e30=" } };
  expect(snsEvent({ MessageAttributes }).Records[0]?.Sns.MessageAttributes).toEqual(expected);
  expect(JSON.parse(snsNotification({ MessageAttributes })).MessageAttributes).toEqual(expected);
});

test("a wrapped body without attributes or a subject has neither key", () => {
  const body = JSON.parse(snsNotification());
  for (const key of ["MessageAttributes", "Subject"]) expect(body).not.toHaveProperty(key);
  expect(body).toMatchObject({ Type: "Notification", SigningCertURL: expect.stringMatching(/^https:/) });
});

test("a context has what the runtime client gives, and nothing of callbacks", () => {
  const context = lambdaContext({ functionName: "fulfil", xRayTraceId: "Root=1" });
  expect(context).toMatchObject({
    functionName: "fulfil",
    invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:fulfil",
    logGroupName: "/aws/lambda/fulfil",
    xRayTraceId: "Root=1",
  });
  expect(context.getRemainingTimeInMillis()).toBeGreaterThan(0);
  for (const key of ["callbackWaitsForEmptyEventLoop", "done", "fail", "succeed"])
    expect(context).not.toHaveProperty(key);
});
