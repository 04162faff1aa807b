export { FunctionError, type InvokeOptions } from "./answer.ts";
export {
  type BucketNotifications,
  type BucketNotificationsOptions,
  type ObjectLister,
  startBucketNotifications,
} from "./bucket-notifications.ts";
export { type Connectivity, connectivity } from "./connectivity.ts";
export { type EventBus, type EventBusOptions, type EventBusTarget, startEventBus } from "./event-bus.ts";
export {
  type QueueBatch,
  type QueueMapping,
  type QueueMappingOptions,
  startQueueMapping,
} from "./event-source-mapping.ts";
export {
  albEvent,
  type EventOverrides,
  eventBridgeEvent,
  functionUrlEvent,
  httpApiEvent,
  type LambdaContext,
  lambdaContext,
  restApiEvent,
  type SnsMessageOverrides,
  type SqsRecordOverrides,
  snsEvent,
  snsNotification,
  sqsEvent,
  sqsRecord,
} from "./events.ts";
export { type HttpApiOptions, startHttpApi } from "./front-door.ts";
export type { Delivery, FunctionTarget } from "./function-target.ts";
export type { HttpApiAuthorizer } from "./http-api-authorizer.ts";
export { type IotData, type IotDataOptions, startIotData } from "./iot-data.ts";
export { type IotMessage, type IotRule, type IotRuleOptions, iotRule } from "./iot-rule.ts";
export { type LambdaEndpoint, type LambdaEndpointOptions, startLambdaEndpoint } from "./lambda-endpoint.ts";
export type { LocalServer } from "./local-server.ts";
export type { Polling } from "./polling.ts";
export type {
  ReceivedAttributes,
  ReceivedEvent,
  ReceivedLink,
  ReceivedSpan,
  ReceivedValue,
  SpanKindName,
} from "./received-span.ts";
export {
  type OtlpJson,
  type ReceivedRequest,
  type Receiver,
  type ReceiverOptions,
  type Reply,
  startReceiver,
} from "./receiver.ts";
export type { RecordBatch } from "./record-batches.ts";
export { type RestApiOptions, startRestApi } from "./rest-api.ts";
export type { RestApiAuthorizer } from "./rest-api-authorizer.ts";
export { type FunctionOptions, type LambdaFunction, startFunction } from "./ric.ts";
export type { RuntimeEvent } from "./runtime.ts";
export { type S3Change, s3Event } from "./s3-event.ts";
export { type Scheduler, type SchedulerOptions, startScheduler } from "./scheduler.ts";
export type { StateDefinition, StateGraph, StateMachineDefinition } from "./states/definition.ts";
export { type StepFunctionsOptions, startStepFunctions } from "./states/endpoint.ts";
export type { Execution, ExecutionResult } from "./states/execution.ts";
export { StateFailure } from "./states/failure.ts";
export type { StateContext } from "./states/scope.ts";
export {
  type StartOptions,
  type StateMachine,
  type StateMachineOptions,
  stateMachine,
} from "./states/state-machine.ts";
export type { TaskDelivery, TaskHandler } from "./states/task.ts";
export {
  type StreamMapping,
  type StreamMappingOptions,
  type StreamReader,
  startStreamMapping,
} from "./stream-mapping.ts";
export { type StrictMessagingOptions, startStrictMessaging } from "./strict-messaging.ts";
export {
  startTableStream,
  type TableReader,
  type TableStream,
  type TableStreamOptions,
} from "./table-stream.ts";
export { waterfall } from "./waterfall.ts";
