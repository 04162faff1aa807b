export { type Carried, fitting, type Room, type Shortage } from "./carried.ts";
export { isCopyable } from "./copyable.ts";
export { envelope } from "./envelope.ts";
export { isRecord, mayCarry, parseObject, parseVerbatim } from "./json.ts";
export { limits } from "./limits.ts";
export {
  type MessageAttribute,
  type MessageAttributesOptions,
  messageAttributes,
  sizeOfAttributes,
} from "./message-attributes.ts";
export * as mqtt from "./mqtt.ts";
export { type SpanPointer, spanPointers } from "./span-pointers.ts";
export type { StepFunctionsContext } from "./step-functions/context-object.ts";
export {
  type TracedField,
  type TracedStateMachine,
  type TraceStateMachineOptions,
  traceStateMachine,
} from "./step-functions/trace-state-machine.ts";
export * as stepFunctions from "./step-functions.ts";
