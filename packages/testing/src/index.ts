export { type HttpApiOptions, startHttpApi } from "./apis/front-door.ts";
export type { HttpApiAuthorizer } from "./apis/http-api-authorizer.ts";
export { type RestApiOptions, startRestApi } from "./apis/rest-api.ts";
export type { RestApiAuthorizer } from "./apis/rest-api-authorizer.ts";
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
} from "./events/events.ts";
export { type S3Change, s3Event } from "./events/s3-event.ts";
export { type LocalServer, readBody, startServer } from "./local-server.ts";
export {
  type BucketNotifications,
  type BucketNotificationsOptions,
  type ObjectLister,
  startBucketNotifications,
} from "./mappings/bucket-notifications.ts";
export {
  type QueueBatch,
  type QueueMapping,
  type QueueMappingOptions,
  startQueueMapping,
} from "./mappings/event-source-mapping.ts";
export type { Polling } from "./mappings/polling.ts";
export type { RecordBatch } from "./mappings/record-batches.ts";
export {
  type StreamMapping,
  type StreamMappingOptions,
  type StreamReader,
  startStreamMapping,
} from "./mappings/stream-mapping.ts";
export {
  startTableStream,
  type TableReader,
  type TableStream,
  type TableStreamOptions,
} from "./mappings/table-stream.ts";
export { type Connectivity, connectivity } from "./otlp/connectivity.ts";
export type {
  ReceivedAttributes,
  ReceivedEvent,
  ReceivedLink,
  ReceivedSpan,
  ReceivedValue,
  SpanKindName,
} from "./otlp/received-span.ts";
export {
  type OtlpJson,
  type ReceivedRequest,
  type Receiver,
  type ReceiverOptions,
  type Reply,
  startReceiver,
} from "./otlp/receiver.ts";
export { waterfall } from "./otlp/waterfall.ts";
export { FunctionError, type InvokeOptions } from "./runtime/answer.ts";
export type { Delivery, FunctionTarget } from "./runtime/function-target.ts";
export { type FunctionOptions, type LambdaFunction, startFunction } from "./runtime/ric.ts";
export type { RuntimeEvent } from "./runtime/runtime.ts";
export {
  type EventBus,
  type EventBusOptions,
  type EventBusTarget,
  startEventBus,
} from "./services/event-bus.ts";
export { type IotData, type IotDataOptions, startIotData } from "./services/iot-data.ts";
export { type IotMessage, type IotRule, type IotRuleOptions, iotRule } from "./services/iot-rule.ts";
export {
  type LambdaEndpoint,
  type LambdaEndpointOptions,
  startLambdaEndpoint,
} from "./services/lambda-endpoint.ts";
export { type Scheduler, type SchedulerOptions, startScheduler } from "./services/scheduler.ts";
export { type StrictMessagingOptions, startStrictMessaging } from "./services/strict-messaging.ts";
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
