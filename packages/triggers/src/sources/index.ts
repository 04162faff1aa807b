import type { Trigger } from "../trigger.ts";
import { alb } from "./alb.ts";
import { alexa } from "./alexa.ts";
import { apiGateway } from "./api-gateway.ts";
import { apiGatewayAuthorizer } from "./api-gateway-authorizer.ts";
import { apiGatewayWebsocket } from "./api-gateway-websocket.ts";
import { appsync } from "./appsync.ts";
import { appsyncEvents } from "./appsync-events.ts";
import { bedrockAgent } from "./bedrock-agent.ts";
import { cloudformation } from "./cloudformation.ts";
import { cloudfront } from "./cloudfront.ts";
import { cloudwatchAlarm } from "./cloudwatch-alarm.ts";
import { cloudwatchLogs } from "./cloudwatch-logs.ts";
import { codepipeline } from "./codepipeline.ts";
import { cognito } from "./cognito.ts";
import { config } from "./config.ts";
import { connect } from "./connect.ts";
import { documentdb } from "./documentdb.ts";
import { durable } from "./durable.ts";
import { dynamodb } from "./dynamodb.ts";
import { eventbridge } from "./eventbridge.ts";
import { firehose } from "./firehose.ts";
import { functionUrl } from "./function-url.ts";
import { httpApi } from "./http-api.ts";
import { iot } from "./iot.ts";
import { kafka } from "./kafka.ts";
import { kinesis } from "./kinesis.ts";
import { lambdaDestination } from "./lambda-destination.ts";
import { lex } from "./lex.ts";
import { mq } from "./mq.ts";
import { rabbitmq } from "./rabbitmq.ts";
import { s3 } from "./s3.ts";
import { s3Batch } from "./s3-batch.ts";
import { s3ObjectLambda } from "./s3-object-lambda.ts";
import { schedule } from "./schedule.ts";
import { secretsManager } from "./secrets-manager.ts";
import { ses } from "./ses.ts";
import { sns } from "./sns.ts";
import { sqs } from "./sqs.ts";
import { stepFunctions } from "./step-functions.ts";
import { vpcLattice } from "./vpc-lattice.ts";

/** Every trigger that can be told from its event. The order does not matter: exactly one matches an event. */
export const sources: readonly Trigger[] = [
  alb,
  alexa,
  apiGateway,
  apiGatewayAuthorizer,
  apiGatewayWebsocket,
  appsync,
  appsyncEvents,
  bedrockAgent,
  cloudformation,
  cloudfront,
  cloudwatchAlarm,
  cloudwatchLogs,
  codepipeline,
  cognito,
  config,
  connect,
  documentdb,
  durable,
  dynamodb,
  eventbridge,
  firehose,
  functionUrl,
  httpApi,
  iot,
  kafka,
  kinesis,
  lambdaDestination,
  lex,
  mq,
  rabbitmq,
  s3,
  s3Batch,
  s3ObjectLambda,
  schedule,
  secretsManager,
  ses,
  sns,
  sqs,
  stepFunctions,
  vpcLattice,
];
