export type { Carried, Shortage } from "./carried.ts";
export { type EnvelopeOptions, envelope } from "./envelope.ts";
export { isRecord, parseObject } from "./json.ts";
export { limits } from "./limits.ts";
export {
  type MessageAttribute,
  type MessageAttributesOptions,
  messageAttributes,
} from "./message-attributes.ts";
export * as mqtt from "./mqtt.ts";
export type { StepFunctionsContext } from "./step-functions/context-object.ts";
export {
  type TracedField,
  type TracedStateMachine,
  type TraceStateMachineOptions,
  traceStateMachine,
} from "./step-functions/trace-state-machine.ts";
export * as stepFunctions from "./step-functions.ts";
