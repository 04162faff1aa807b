export type { Carried, Shortage } from "./carried.ts";
export { type EnvelopeOptions, envelope } from "./envelope.ts";
export { isRecord, parseObject } from "./json.ts";
export { limits } from "./limits.ts";
export {
  type MessageAttribute,
  type MessageAttributesOptions,
  messageAttributes,
} from "./message-attributes.ts";
export { type StepFunctionsContext, stepFunctions } from "./step-functions.ts";
export { userProperties } from "./user-properties.ts";
