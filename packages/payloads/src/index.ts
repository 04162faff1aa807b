export { type Carried, fitting, type Room, type Shortage } from "./carried.ts";
export { envelope } from "./envelope.ts";
export { isRecord, mayCarry, parseObject } from "./json.ts";
export { limits } from "./limits.ts";
export {
  type MessageAttribute,
  type MessageAttributesOptions,
  messageAttributes,
  sizeOfAttributes,
} from "./message-attributes.ts";
export { type SpanPointer, spanPointers } from "./span-pointers.ts";
export { type StepFunctionsContext, stepFunctions } from "./step-functions.ts";
export { userProperties } from "./user-properties.ts";
