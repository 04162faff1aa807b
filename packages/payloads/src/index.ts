export { envelope } from "./envelope.ts";
export { isRecord, parseObject } from "./json.ts";
export { type SpanPointer, spanPointers } from "./span-pointers.ts";
export { type StepFunctionsContext, stepFunctions } from "./step-functions.ts";
export { userProperties } from "./user-properties.ts";
