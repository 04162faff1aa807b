export type { SpanPointer } from "@throughline/payloads";
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
export { clientContextPlaces, lambda } from "./sources/lambda.ts";
export { present, text } from "./sources/shared/attributes.ts";
export { common } from "./sources/shared/messaging.ts";
export { sqs } from "./sources/sqs.ts";
export type { Attributes, InnerEvent, Message, Outcome, Trigger, TriggerKind } from "./trigger.ts";
