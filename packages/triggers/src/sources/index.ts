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
import { eventbridge } from "./eventbridge.ts";
import { functionUrl } from "./function-url.ts";
import { httpApi } from "./http-api.ts";
import { lex } from "./lex.ts";
import { s3ObjectLambda } from "./s3-object-lambda.ts";
import { schedule } from "./schedule.ts";
import { secretsManager } from "./secrets-manager.ts";
import { ses } from "./ses.ts";
import { sns } from "./sns.ts";
import { sqs } from "./sqs.ts";
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
  eventbridge,
  functionUrl,
  httpApi,
  lex,
  s3ObjectLambda,
  schedule,
  secretsManager,
  ses,
  sns,
  sqs,
  vpcLattice,
];
