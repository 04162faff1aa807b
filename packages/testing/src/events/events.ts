import { createHash, randomUUID } from "node:crypto";
import type {
  ALBEvent,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  Context,
  EventBridgeEvent,
  LambdaFunctionURLEvent,
  SNSEvent,
  SNSMessage,
  SNSMessageAttribute,
  SQSEvent,
  SQSMessageAttribute,
  SQSRecord,
  SQSRecordAttributes,
} from "aws-lambda";
import { isRecord } from "../json.ts";

/** The account of every ARN here. */
export const ACCOUNT_ID = "123456789012";
/** The region of every ARN here. */
export const REGION = "us-east-1";

/** Any part of a value, at any depth; arrays are given whole. */
export type Overrides<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { readonly [Key in keyof Value]?: Overrides<Value[Key]> | undefined }
    : Value;

/**
 * What a builder takes instead of its defaults: each key replaces the default's, and `requestContext` is merged at every
 * depth. So `headers` are exactly those given. `undefined` removes a key.
 */
export type EventOverrides<Event> = {
  readonly [Key in keyof Event]?:
    | (Key extends "requestContext" ? Overrides<Event[Key]> : Event[Key])
    | undefined;
};

const TIME = new Date("2026-11-20T09:30:15.123Z");
const TIME_EPOCH = TIME.getTime();
const USER_AGENT = "curl/8.14.1";
const SOURCE_IP = "203.0.113.7";
const TRACE_ROOT = "Root=1-69209b27-3f1c5a7e9b2d4f6081a3c5e7";

/** An API Gateway HTTP API event, payload format 2.0. */
export function httpApiEvent(overrides: EventOverrides<APIGatewayProxyEventV2> = {}): APIGatewayProxyEventV2 {
  return build(version2("a1b2c3d4e5.execute-api", "POST /orders/{id}"), overrides);
}

/** A Lambda function URL event: payload format 2.0 with its own domain, no routes and no path parameters. */
export function functionUrlEvent(
  overrides: EventOverrides<LambdaFunctionURLEvent> = {},
): LambdaFunctionURLEvent {
  const domain = "k3j5h2g7f4d6s8a1.lambda-url";
  const { pathParameters: _, ...event } = version2(domain, "$default");
  const domainName = `${domain}.${REGION}.on.aws`;
  const own = { ...event, requestContext: { ...event.requestContext, accountId: "anonymous", domainName } };
  return build({ ...own, headers: { ...event.headers, host: domainName } }, overrides);
}

function version2(domain: string, routeKey: string): APIGatewayProxyEventV2 {
  const domainName = `${domain}.${REGION}.amazonaws.com`;
  const [apiId = ""] = domain.split(".");
  return {
    version: "2.0",
    routeKey,
    rawPath: "/orders/17",
    rawQueryString: "dry=1",
    headers: {
      accept: "*/*",
      "content-length": "13",
      "content-type": "application/json",
      host: domainName,
      "user-agent": USER_AGENT,
      "x-amzn-trace-id": TRACE_ROOT,
      "x-forwarded-for": SOURCE_IP,
      "x-forwarded-port": "443",
      "x-forwarded-proto": "https",
    },
    queryStringParameters: { dry: "1" },
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId,
      domainName,
      domainPrefix: apiId,
      http: {
        method: "POST",
        path: "/orders/17",
        protocol: "HTTP/1.1",
        sourceIp: SOURCE_IP,
        userAgent: USER_AGENT,
      },
      requestId: "JKJaXmPLvHcESHA=",
      routeKey,
      stage: "$default",
      time: "20/Nov/2026:09:30:15 +0000",
      timeEpoch: TIME_EPOCH,
    },
    pathParameters: { id: "17" },
    body: '{"amount":42}',
    isBase64Encoded: false,
  };
}

/**
 * An API Gateway REST API event (payload format 1.0).
 *
 * `headers` and `multiValueHeaders` follow from each other where only one is given, as in a real event.
 */
export function restApiEvent(overrides: EventOverrides<APIGatewayProxyEvent> = {}): APIGatewayProxyEvent {
  const headers = {
    Accept: "*/*",
    "Content-Type": "application/json",
    Host: `z9y8x7w6v5.execute-api.${REGION}.amazonaws.com`,
    "User-Agent": USER_AGENT,
    "X-Amzn-Trace-Id": TRACE_ROOT,
    "X-Forwarded-For": SOURCE_IP,
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
  };
  const event: APIGatewayProxyEvent = {
    resource: "/orders/{id}",
    path: "/orders/17",
    httpMethod: "POST",
    headers,
    multiValueHeaders: toMultiValue(headers),
    queryStringParameters: { dry: "1" },
    multiValueQueryStringParameters: { dry: ["1"] },
    pathParameters: { id: "17" },
    stageVariables: null,
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: "z9y8x7w6v5",
      authorizer: undefined,
      domainName: `z9y8x7w6v5.execute-api.${REGION}.amazonaws.com`,
      domainPrefix: "z9y8x7w6v5",
      extendedRequestId: "JKJaXmPLvHcESHA=",
      httpMethod: "POST",
      identity: {
        ...{ accessKey: null, accountId: null, apiKey: null, apiKeyId: null, caller: null, clientCert: null },
        ...{ cognitoAuthenticationProvider: null, cognitoAuthenticationType: null, cognitoIdentityId: null },
        ...{ cognitoIdentityPoolId: null, principalOrgId: null, user: null, userArn: null },
        sourceIp: SOURCE_IP,
        userAgent: USER_AGENT,
      },
      path: "/prod/orders/17",
      protocol: "HTTP/1.1",
      requestId: "4c1f4d5e-7a0b-4f6a-9b1c-2d3e4f5a6b7c",
      requestTime: "20/Nov/2026:09:30:15 +0000",
      requestTimeEpoch: TIME_EPOCH,
      resourceId: "x1y2z3",
      resourcePath: "/orders/{id}",
      stage: "prod",
    },
    body: '{"amount":42}',
    isBase64Encoded: false,
  };
  return build(event, bothHeaders(overrides));
}

/**
 * An Application Load Balancer event; with `multiValueHeaders` in the overrides, one of a target group that has multi-value
 * headers enabled, which carries no single-value ones.
 */
export function albEvent(overrides: EventOverrides<ALBEvent> = {}): ALBEvent {
  const targetGroup = `targetgroup/orders/6d0ecf831eec9f09`;
  const multiValue = "multiValueHeaders" in overrides;
  const headers = {
    accept: "*/*",
    "content-type": "application/json",
    host: `orders-1234567890.${REGION}.elb.amazonaws.com`,
    "user-agent": USER_AGENT,
    "x-amzn-trace-id": TRACE_ROOT,
    "x-forwarded-for": SOURCE_IP,
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
  };
  const event: ALBEvent = {
    requestContext: {
      elb: { targetGroupArn: `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT_ID}:${targetGroup}` },
    },
    httpMethod: "POST",
    path: "/orders/17",
    ...(multiValue
      ? { multiValueQueryStringParameters: { dry: ["1"] }, multiValueHeaders: toMultiValue(headers) }
      : { queryStringParameters: { dry: "1" }, headers }),
    body: '{"amount":42}',
    isBase64Encoded: false,
  };
  return build(event, overrides);
}

/** The event of a batch; one message where none is given. */
export function sqsEvent(records: readonly SqsRecordOverrides[] = [{}]): SQSEvent {
  return { Records: records.map(sqsRecord) };
}

export interface SqsRecordOverrides extends Partial<Omit<SQSRecord, "attributes" | "messageAttributes">> {
  /** Added to the four that every message has, `AWSTraceHeader` for one. */
  readonly attributes?: Partial<SQSRecordAttributes> | undefined;
  /** A string stands for an attribute of type String, bytes for one of type Binary. */
  readonly messageAttributes?:
    | Readonly<Record<string, string | Uint8Array | SQSMessageAttribute>>
    | undefined;
}

/** One message of a batch. Its checksum follows the body. */
export function sqsRecord(overrides: SqsRecordOverrides = {}): SQSRecord {
  const { attributes, messageAttributes = {}, body = '{"order":17}', ...rest } = overrides;
  return {
    messageId: randomUUID(),
    receiptHandle: `AQEB${Buffer.from(randomUUID()).toString("base64")}`,
    body,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: String(TIME_EPOCH),
      SenderId: "AROAEXAMPLEEXAMPLEEXA:checkout",
      ApproximateFirstReceiveTimestamp: String(TIME_EPOCH + 12),
      ...attributes,
    },
    messageAttributes: mapValues(messageAttributes, toSqsAttribute),
    md5OfBody: createHash("md5").update(body).digest("hex"),
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:orders`,
    awsRegion: REGION,
    ...rest,
  };
}

export interface SnsMessageOverrides extends Partial<Omit<SNSMessage, "MessageAttributes">> {
  /** A string stands for an attribute of type String, bytes for one of type Binary. */
  readonly MessageAttributes?:
    | Readonly<Record<string, string | Uint8Array | SNSMessageAttribute>>
    | undefined;
}

/** The event of a function that is subscribed to a topic. SNS sends one record per event. */
export function snsEvent(overrides: SnsMessageOverrides = {}): SNSEvent {
  const { MessageAttributes = {}, TopicArn = TOPIC_ARN, ...rest } = overrides;
  const subscription = `${TopicArn}:2b5f4c1e-6d7a-4e8b-9c0d-1e2f3a4b5c6d`;
  const record = {
    EventSource: "aws:sns",
    EventVersion: "1.0",
    EventSubscriptionArn: subscription,
    Sns: {
      Type: "Notification",
      MessageId: randomUUID(),
      TopicArn,
      // SNS sends null here; the published type knows only its absence.
      Subject: null as unknown as string,
      Message: '{"order":17}',
      Timestamp: TIME.toISOString(),
      SignatureVersion: "1",
      Signature: "EXAMPLE",
      SigningCertUrl: CERTIFICATE_URL,
      UnsubscribeUrl: `${UNSUBSCRIBE_URL}${subscription}`,
      MessageAttributes: mapValues(MessageAttributes, toSnsAttribute),
      ...rest,
    },
  };
  return { Records: [record] };
}

/**
 * The body of an SQS message that came from a topic, wrapped (without raw delivery).
 *
 * It differs from the event of a direct subscription: URL is in capitals, and an absent subject or attributes leave no key.
 */
export function snsNotification(overrides: SnsMessageOverrides = {}): string {
  const { Sns } = snsEvent(overrides).Records[0]!;
  const { SigningCertUrl, UnsubscribeUrl, Subject, MessageAttributes, Token: _, ...common } = Sns;
  return JSON.stringify({
    ...common,
    ...(Subject !== null && { Subject }),
    SigningCertURL: SigningCertUrl,
    UnsubscribeURL: UnsubscribeUrl,
    ...(Object.keys(MessageAttributes).length > 0 && { MessageAttributes }),
  });
}

const TOPIC_ARN = `arn:aws:sns:${REGION}:${ACCOUNT_ID}:orders`;
const CERTIFICATE_URL = `https://sns.${REGION}.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem`;
const UNSUBSCRIBE_URL = `https://sns.${REGION}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=`;

/** The event of a function that a rule invokes. */
export function eventBridgeEvent<Detail = Readonly<Record<string, unknown>>>(
  overrides: Partial<EventBridgeEvent<string, Detail>> = {},
): EventBridgeEvent<string, Detail> {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "OrderPlaced",
    source: "com.example.orders",
    account: ACCOUNT_ID,
    time: "2026-11-20T09:30:15Z",
    region: REGION,
    resources: [],
    detail: { order: 17 } as Detail,
    ...overrides,
  };
}

/** The context as the runtime client makes it, with its trace header, which the published type does not know. */
export type LambdaContext = Context & {
  /** `""` when the invocation came without one. */
  readonly xRayTraceId: string;
};

/** A Lambda context as aws-lambda-ric 4 gives it; 3 seconds remain, until the clock says otherwise. */
export function lambdaContext(overrides: Partial<LambdaContext> = {}): LambdaContext {
  const { functionName = "checkout" } = overrides;
  const deadline = Date.now() + 3000;
  const context: RuntimeContext = {
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${functionName}`,
    awsRequestId: randomUUID(),
    tenantId: undefined,
    xRayTraceId: "",
    getRemainingTimeInMillis: () => deadline - Date.now(),
    functionName,
    functionVersion: "$LATEST",
    memoryLimitInMB: "128",
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "2026/11/20/[$LATEST]0123456789abcdef0123456789abcdef",
    ...overrides,
  };
  return context as LambdaContext;
}

/** The published type still lists what callbacks needed; the runtime client has dropped it. */
type RuntimeContext = Omit<LambdaContext, "callbackWaitsForEmptyEventLoop" | "done" | "fail" | "succeed">;

function build<Event extends object>(event: Event, overrides: EventOverrides<Event>): Event {
  const { requestContext, ...rest } = overrides as Record<string, unknown>;
  const own = event as Record<string, unknown>;
  return withoutUndefined({
    ...own,
    ...rest,
    requestContext: mergeDeep(own.requestContext, requestContext),
  }) as Event;
}

function mergeDeep(base: unknown, overrides: unknown): unknown {
  if (overrides === undefined) return base;
  if (!isRecord(base) || !isRecord(overrides)) return overrides;
  const merged = Object.entries(overrides).map(([key, value]) => [
    key,
    value === undefined ? undefined : mergeDeep(base[key], value),
  ]);
  return withoutUndefined({ ...base, ...Object.fromEntries(merged) });
}

function withoutUndefined(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}

/** The gateway's single-value headers hold the last of several values. */
function bothHeaders(overrides: EventOverrides<APIGatewayProxyEvent>): EventOverrides<APIGatewayProxyEvent> {
  const { headers, multiValueHeaders } = overrides;
  if (headers && !("multiValueHeaders" in overrides)) {
    return { ...overrides, multiValueHeaders: toMultiValue(headers) };
  }
  if (multiValueHeaders && !("headers" in overrides)) {
    return { ...overrides, headers: mapValues(multiValueHeaders, (values) => values?.at(-1)) };
  }
  return overrides;
}

function toMultiValue(headers: Readonly<Record<string, string | undefined>>): Record<string, string[]> {
  return mapValues(headers, (value) => (value === undefined ? [] : [value]));
}

function toSqsAttribute(value: string | Uint8Array | SQSMessageAttribute): SQSMessageAttribute {
  const lists = { stringListValues: [], binaryListValues: [] };
  if (typeof value === "string") return { stringValue: value, ...lists, dataType: "String" };
  if (!(value instanceof Uint8Array)) return value;
  return { binaryValue: Buffer.from(value).toString("base64"), ...lists, dataType: "Binary" };
}

function toSnsAttribute(value: string | Uint8Array | SNSMessageAttribute): SNSMessageAttribute {
  if (typeof value === "string") return { Type: "String", Value: value };
  if (!(value instanceof Uint8Array)) return value;
  return { Type: "Binary", Value: Buffer.from(value).toString("base64") };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
