import type * as parser from "@aws-lambda-powertools/parser/types";
import type * as aws from "aws-lambda";
import { describe, expectTypeOf, test } from "vitest";
import type { Trigger } from "../src/index.ts";
import type { alb } from "../src/sources/alb.ts";
import type { apiGateway } from "../src/sources/api-gateway.ts";
import type { apiGatewayAuthorizer } from "../src/sources/api-gateway-authorizer.ts";
import type { apiGatewayWebsocket } from "../src/sources/api-gateway-websocket.ts";
import type { appsync } from "../src/sources/appsync.ts";
import type { appsyncEvents } from "../src/sources/appsync-events.ts";
import type { cloudformation } from "../src/sources/cloudformation.ts";
import type { cloudfront } from "../src/sources/cloudfront.ts";
import type { cloudwatchAlarm } from "../src/sources/cloudwatch-alarm.ts";
import type { cloudwatchLogs } from "../src/sources/cloudwatch-logs.ts";
import type { codepipeline } from "../src/sources/codepipeline.ts";
import type { cognito } from "../src/sources/cognito.ts";
import type { connect } from "../src/sources/connect.ts";
import type { eventbridge } from "../src/sources/eventbridge.ts";
import type { functionUrl } from "../src/sources/function-url.ts";
import type { httpApi } from "../src/sources/http-api.ts";
import type { lambda } from "../src/sources/lambda.ts";
import type { lex } from "../src/sources/lex.ts";
import type { s3ObjectLambda } from "../src/sources/s3-object-lambda.ts";
import type { schedule } from "../src/sources/schedule.ts";
import type { secretsManager } from "../src/sources/secrets-manager.ts";
import type { ses } from "../src/sources/ses.ts";
import type { sns } from "../src/sources/sns.ts";
import type { sqs } from "../src/sources/sqs.ts";
import type { vpcLattice } from "../src/sources/vpc-lattice.ts";

/** What a source takes. These tests are tsc's: a line that says something wrong does not compile. */
type EventOf<Source> = Source extends Trigger<infer Event> ? Event : never;

describe("a source takes the events of @types/aws-lambda", () => {
  test("HTTP", () => {
    expectTypeOf<aws.ALBEvent>().toExtend<EventOf<typeof alb>>();
    expectTypeOf<aws.APIGatewayProxyEvent>().toExtend<EventOf<typeof apiGateway>>();
    expectTypeOf<aws.APIGatewayProxyWithCognitoAuthorizerEvent>().toExtend<EventOf<typeof apiGateway>>();
    expectTypeOf<aws.APIGatewayProxyWithLambdaAuthorizerEvent<{ traceparent: string }>>().toExtend<
      EventOf<typeof apiGateway>
    >();
    expectTypeOf<aws.APIGatewayTokenAuthorizerEvent>().toExtend<EventOf<typeof apiGatewayAuthorizer>>();
    expectTypeOf<aws.APIGatewayRequestAuthorizerEvent>().toExtend<EventOf<typeof apiGatewayAuthorizer>>();
    expectTypeOf<aws.APIGatewayRequestAuthorizerEventV2>().toExtend<EventOf<typeof apiGatewayAuthorizer>>();
    expectTypeOf<aws.CustomAuthorizerEvent>().toExtend<EventOf<typeof apiGatewayAuthorizer>>();
    expectTypeOf<aws.APIGatewayProxyWebsocketEventV2>().toExtend<EventOf<typeof apiGatewayWebsocket>>();
    expectTypeOf<aws.APIGatewayProxyEventV2>().toExtend<EventOf<typeof httpApi>>();
    expectTypeOf<aws.APIGatewayProxyEventV2WithIAMAuthorizer>().toExtend<EventOf<typeof httpApi>>();
    expectTypeOf<aws.APIGatewayProxyEventV2WithJWTAuthorizer>().toExtend<EventOf<typeof httpApi>>();
    expectTypeOf<aws.APIGatewayProxyEventV2WithLambdaAuthorizer<object>>().toExtend<
      EventOf<typeof httpApi>
    >();
    expectTypeOf<aws.LambdaFunctionURLEvent>().toExtend<EventOf<typeof functionUrl>>();
    expectTypeOf<aws.CloudFrontRequestEvent>().toExtend<EventOf<typeof cloudfront>>();
    expectTypeOf<aws.CloudFrontResponseEvent>().toExtend<EventOf<typeof cloudfront>>();
    expectTypeOf<aws.AppSyncResolverEvent<object>>().toExtend<EventOf<typeof appsync>>();
    expectTypeOf<aws.AppSyncResolverEvent<object>[]>().toExtend<EventOf<typeof appsync>>();
    expectTypeOf<aws.AppSyncAuthorizerEvent>().toExtend<EventOf<typeof appsync>>();
    expectTypeOf<aws.AmplifyGraphQlResolverEvent>().toExtend<EventOf<typeof appsync>>();
  });

  test("messages and timers", () => {
    expectTypeOf<aws.SQSEvent>().toExtend<EventOf<typeof sqs>>();
    expectTypeOf<aws.SNSEvent>().toExtend<EventOf<typeof sns>>();
    expectTypeOf<aws.SESEvent>().toExtend<EventOf<typeof ses>>();
    expectTypeOf<aws.EventBridgeEvent<string, unknown>>().toExtend<EventOf<typeof eventbridge>>();
    expectTypeOf<aws.ScheduledEvent>().toExtend<EventOf<typeof schedule>>();
    expectTypeOf<aws.CodePipelineCloudWatchEvent>().toExtend<EventOf<typeof eventbridge>>();
    expectTypeOf<aws.CodeBuildCloudWatchStateEvent>().toExtend<EventOf<typeof eventbridge>>();
    expectTypeOf<aws.GuardDutyNotificationEvent>().toExtend<EventOf<typeof eventbridge>>();
    expectTypeOf<aws.S3NotificationEvent>().toExtend<EventOf<typeof eventbridge>>();
  });

  test("the other services", () => {
    expectTypeOf<aws.CloudFormationCustomResourceEvent>().toExtend<EventOf<typeof cloudformation>>();
    expectTypeOf<aws.CdkCustomResourceEvent>().toExtend<EventOf<typeof cloudformation>>();
    expectTypeOf<aws.CdkCustomResourceIsCompleteEvent>().toExtend<EventOf<typeof cloudformation>>();
    expectTypeOf<aws.CloudWatchAlarmEvent>().toExtend<EventOf<typeof cloudwatchAlarm>>();
    expectTypeOf<aws.CloudWatchLogsEvent>().toExtend<EventOf<typeof cloudwatchLogs>>();
    expectTypeOf<aws.CodePipelineEvent>().toExtend<EventOf<typeof codepipeline>>();
    expectTypeOf<aws.ConnectContactFlowEvent>().toExtend<EventOf<typeof connect>>();
    expectTypeOf<aws.LexEvent>().toExtend<EventOf<typeof lex>>();
    expectTypeOf<aws.LexV2Event>().toExtend<EventOf<typeof lex>>();
    expectTypeOf<aws.SecretsManagerRotationEvent>().toExtend<EventOf<typeof secretsManager>>();
    expectTypeOf<aws.CognitoUserPoolTriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.PreSignUpTriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.PostConfirmationTriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.PreAuthenticationTriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.PostAuthenticationTriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.PreTokenGenerationTriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.PreTokenGenerationV2TriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.PreTokenGenerationV3TriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.UserMigrationTriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.CustomMessageTriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.CustomEmailSenderTriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.CustomSMSSenderTriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.DefineAuthChallengeTriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.CreateAuthChallengeTriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.VerifyAuthChallengeResponseTriggerEvent>().toExtend<EventOf<typeof cognito>>();
    expectTypeOf<aws.InboundFederationTriggerEvent>().toExtend<EventOf<typeof cognito>>();
  });

  test("what no source claims is the fallback's", () => {
    expectTypeOf<aws.AutoScalingScaleInEvent>().toExtend<EventOf<typeof lambda>>();
    expectTypeOf<aws.CodeCommitTriggerEvent>().toExtend<EventOf<typeof lambda>>();
    expectTypeOf<aws.TransferFamilyAuthorizerEvent>().toExtend<EventOf<typeof lambda>>();
  });
});

describe("a source takes the events of Powertools' parser", () => {
  test("HTTP", () => {
    expectTypeOf<parser.ALBEvent>().toExtend<EventOf<typeof alb>>();
    expectTypeOf<parser.APIGatewayProxyEvent>().toExtend<EventOf<typeof apiGateway>>();
    expectTypeOf<parser.APIGatewayTokenAuthorizerEvent>().toExtend<EventOf<typeof apiGatewayAuthorizer>>();
    expectTypeOf<parser.APIGatewayRequestAuthorizerEvent>().toExtend<EventOf<typeof apiGatewayAuthorizer>>();
    expectTypeOf<parser.APIGatewayRequestAuthorizerEventV2>().toExtend<
      EventOf<typeof apiGatewayAuthorizer>
    >();
    expectTypeOf<parser.APIGatewayProxyWebsocketEvent>().toExtend<EventOf<typeof apiGatewayWebsocket>>();
    expectTypeOf<parser.APIGatewayProxyEventV2>().toExtend<EventOf<typeof httpApi>>();
    expectTypeOf<parser.LambdaFunctionUrlEvent>().toExtend<EventOf<typeof functionUrl>>();
    expectTypeOf<parser.VpcLatticeEvent>().toExtend<EventOf<typeof vpcLattice>>();
    expectTypeOf<parser.VpcLatticeEventV2>().toExtend<EventOf<typeof vpcLattice>>();
    expectTypeOf<parser.AppSyncResolverEvent>().toExtend<EventOf<typeof appsync>>();
    expectTypeOf<parser.AppSyncBatchResolverEvent>().toExtend<EventOf<typeof appsync>>();
    expectTypeOf<parser.S3ObjectLambdaEvent>().toExtend<EventOf<typeof s3ObjectLambda>>();
  });

  test("messages", () => {
    expectTypeOf<parser.SqsEvent>().toExtend<EventOf<typeof sqs>>();
    expectTypeOf<parser.S3SqsEventNotification>().toExtend<EventOf<typeof sqs>>();
    expectTypeOf<parser.SnsEvent>().toExtend<EventOf<typeof sns>>();
    expectTypeOf<parser.SesEvent>().toExtend<EventOf<typeof ses>>();
    expectTypeOf<parser.EventBridgeEvent>().toExtend<EventOf<typeof eventbridge>>();
    expectTypeOf<parser.EventBridgeEvent>().toExtend<EventOf<typeof schedule>>();
    expectTypeOf<parser.S3EventNotificationEventBridge>().toExtend<EventOf<typeof eventbridge>>();
    expectTypeOf<parser.AppSyncEventsPublishEvent>().toExtend<EventOf<typeof appsyncEvents>>();
    expectTypeOf<parser.AppSyncEventsSubscribeEvent>().toExtend<EventOf<typeof appsyncEvents>>();
  });

  test("the other services", () => {
    expectTypeOf<parser.CloudFormationCustomResourceCreateEvent>().toExtend<EventOf<typeof cloudformation>>();
    expectTypeOf<parser.CloudFormationCustomResourceUpdateEvent>().toExtend<EventOf<typeof cloudformation>>();
    expectTypeOf<parser.CloudFormationCustomResourceDeleteEvent>().toExtend<EventOf<typeof cloudformation>>();
    expectTypeOf<parser.CloudWatchLogsEvent>().toExtend<EventOf<typeof cloudwatchLogs>>();
    expectTypeOf<parser.ConnectOutboundCampaignsEvent>().toExtend<EventOf<typeof connect>>();
    expectTypeOf<parser.TransferFamilyEvent>().toExtend<EventOf<typeof lambda>>();
  });
});
