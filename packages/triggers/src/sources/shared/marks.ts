import { isRecord } from "@throughline/payloads";

/** Top-level keys that set one kind of event apart. Those that several sources read are first. */
const MARKS = [
  "Records",
  "requestContext",
  "detail-type",
  "eventSource",
  "records",
  "tasks",
  "protocolData",
  "requestPayload",
  "DurableExecutionArn",
  "Execution",
  "CodePipeline.job",
  "Details",
  "InvocationMetadata",
  "RequestType",
  "SecretId",
  "actionGroup",
  "alarmData",
  "awslogs",
  "bot",
  "context",
  "directive",
  "identityPoolId",
  "info",
  "invokingEvent",
  "methodArn",
  "raw_path",
  "triggerSource",
  "typeName",
  "userRequest",
] as const;

/**
 * Whether an event has the mark, and no other kind's: an event with two marks, which no service sends, is neither's.
 *
 * So the sources that ask this never claim one event together, in whatever way their events are mixed.
 */
export function bears(event: unknown, mark: (typeof MARKS)[number]): event is Record<string, unknown> {
  return (
    isRecord(event) &&
    event[mark] !== undefined &&
    MARKS.every((other) => other === mark || !(other in event))
  );
}
