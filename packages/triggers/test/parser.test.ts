import * as schemas from "@aws-lambda-powertools/parser/schemas";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { detect, lambda, sources } from "../src/index.ts";
import { damaged } from "./damage.ts";
import { fixtures } from "./fixtures.ts";

type SchemaName = Extract<keyof typeof schemas, `${string}Schema${string}`>;

/** What Powertools' parser calls an event, and what it is here. Where two are named, their events have one form. */
const EVENTS: Partial<Record<SchemaName, readonly string[]>> = {
  AlbSchema: ["alb"],
  AlbMultiValueHeadersSchema: ["alb"],
  APIGatewayProxyEventSchema: ["api-gateway"],
  APIGatewayRequestAuthorizerEventSchema: ["api-gateway-authorizer"],
  APIGatewayTokenAuthorizerEventSchema: ["api-gateway-authorizer"],
  APIGatewayProxyWebsocketEventSchema: ["api-gateway-websocket"],
  APIGatewayProxyEventV2Schema: ["http-api", "function-url"],
  LambdaFunctionUrlSchema: ["http-api", "function-url"],
  APIGatewayRequestAuthorizerEventV2Schema: ["api-gateway-authorizer"],
  AppSyncResolverSchema: ["appsync"],
  AppSyncBatchResolverSchema: ["appsync"],
  AppSyncEventsBaseSchema: ["appsync-events"],
  AppSyncEventsPublishSchema: ["appsync-events"],
  AppSyncEventsSubscribeSchema: ["appsync-events"],
  CloudFormationCustomResourceCreateSchema: ["cloudformation"],
  CloudFormationCustomResourceDeleteSchema: ["cloudformation"],
  CloudFormationCustomResourceUpdateSchema: ["cloudformation"],
  CloudWatchLogsSchema: ["cloudwatch-logs"],
  CreateAuthChallengeTriggerSchema: ["cognito"],
  CustomEmailSenderTriggerSchema: ["cognito"],
  CustomMessageTriggerSchema: ["cognito"],
  CustomSMSSenderTriggerSchema: ["cognito"],
  DefineAuthChallengeTriggerSchema: ["cognito"],
  MigrateUserTriggerSchema: ["cognito"],
  PostAuthenticationTriggerSchema: ["cognito"],
  PostConfirmationTriggerSchema: ["cognito"],
  PreAuthenticationTriggerSchema: ["cognito"],
  PreSignupTriggerSchema: ["cognito"],
  PreTokenGenerationTriggerSchemaV1: ["cognito"],
  PreTokenGenerationTriggerSchemaV2AndV3: ["cognito"],
  VerifyAuthChallengeTriggerSchema: ["cognito"],
  ConnectOutboundCampaignsSchema: ["connect"],
  DynamoDBStreamSchema: ["dynamodb"],
  EventBridgeSchema: ["eventbridge", "schedule", "step-functions"],
  KafkaMskEventSchema: ["kafka"],
  KafkaSelfManagedEventSchema: ["kafka"],
  KinesisDataStreamSchema: ["kinesis"],
  // An empty list of records says nothing of whose they would be.
  KinesisDynamoDBStreamSchema: ["kinesis", "lambda"],
  KinesisFirehoseSchema: ["firehose"],
  KinesisFirehoseSqsSchema: ["firehose"],
  S3EventNotificationEventBridgeSchema: ["eventbridge"],
  S3ObjectLambdaEventSchema: ["s3-object-lambda"],
  S3Schema: ["s3"],
  S3SqsEventNotificationSchema: ["sqs"],
  SesSchema: ["ses"],
  SnsSchema: ["sns"],
  SqsSchema: ["sqs"],
  TransferFamilySchema: ["lambda"],
  VpcLatticeSchema: ["vpc-lattice"],
  VpcLatticeV2Schema: ["vpc-lattice"],
};

/** Schemas of what is inside an event. */
const PARTS = [
  "APIGatewayEventRequestContextSchema",
  "APIGatewayRequestAuthorizerV2Schema",
  "APIGatewayRequestContextV2Schema",
  "AppSyncEventsInfoSchema",
  "AppSyncEventsRequestSchema",
  "CloudWatchLogEventSchema",
  "CloudWatchLogsDecodeSchema",
  "ConnectOutboundCampaignsCustomerProfileSchema",
  "KafkaRecordSchema",
  "KinesisFirehoseRecordSchema",
  "KinesisFirehoseSqsRecordSchema",
  "SesRecordSchema",
  "SnsNotificationSchema",
  "SnsRecordSchema",
  "SnsSqsNotificationSchema",
  "SqsAttributesSchema",
  "SqsMsgAttributeDataTypeSchema",
  "SqsMsgAttributeSchema",
  "SqsRecordSchema",
];

const parsers = new Map(Object.entries(schemas));
const known = new Set([...sources, lambda].map(({ name }) => name));
const rows = Object.entries(EVENTS).filter(([, triggers]) => triggers.every((name) => known.has(name)));

test("every schema of the parser is here", () => {
  const exported = Object.keys(schemas).filter((name) => name.includes("Schema"));
  expect(exported.toSorted()).toEqual([...Object.keys(EVENTS), ...PARTS].toSorted());
});

describe.each(rows)("an event that %s accepts is %j", (name, triggers) => {
  const schema = parsers.get(name);
  // A schema whose transformation throws has not accepted it.
  const accepts = (event: unknown) => {
    try {
      return schema?.safeParse(structuredClone(event)).success === true;
    } catch {
      return false;
    }
  };
  const accepted = fixtures.filter(({ event }) => accepts(event));

  test("in at least one fixture, and in every fixture", () => {
    expect(accepted.length).toBeGreaterThan(0);
    const wrong = accepted.filter(({ event }) => !triggers.includes(detect(event, sources).name));
    expect(wrong.map((fixture) => fixture.name)).toEqual([]);
  });

  test("whatever of it is left out or changed, as long as it is accepted", () => {
    const values = fc.oneof(fc.string(), fc.boolean(), fc.nat(), fc.constantFrom({}, [], "2.0", "1.0"));
    const events = fc.constantFrom(...accepted).chain(({ event }) => damaged(event, values));
    fc.assert(
      fc.property(events, (event) => {
        if (accepts(event)) expect(triggers).toContain(detect(event, sources).name);
      }),
      { numRuns: 500 },
    );
  });
});
