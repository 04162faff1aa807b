export { envelope } from "./envelope.ts";
export { isRecord, parseObject } from "./json.ts";
export { type StepFunctionsContext, stepFunctions } from "./step-functions.ts";
export { userProperties } from "./user-properties.ts";
