export { FunctionError, type InvokeOptions } from "./answer.ts";
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
export type { HttpApiAuthorizer } from "./http-api-authorizer.ts";
export type { LocalServer } from "./local-server.ts";
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
export { type RestApiOptions, startRestApi } from "./rest-api.ts";
export type { RestApiAuthorizer } from "./rest-api-authorizer.ts";
export { type FunctionOptions, type LambdaFunction, startFunction } from "./ric.ts";
export type { RuntimeEvent } from "./runtime.ts";
export { waterfall } from "./waterfall.ts";
