export { detect } from "./detect.ts";
export { httpMethodAttributes, httpSpanName, redactQuery } from "./http.ts";
export {
  type LambdaContext,
  type Looked,
  type Resolution,
  type ResolvedMessage,
  type ResolveOptions,
  type RuntimeContext,
  resolve,
} from "./resolve.ts";
export * from "./semconv.ts";
export { sources } from "./sources/index.ts";
export { lambda } from "./sources/lambda.ts";
export type { Attributes, InnerEvent, Message, Outcome, Trigger, TriggerKind } from "./trigger.ts";
