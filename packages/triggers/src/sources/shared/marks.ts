import { isRecord } from "@throughline/payloads";
import { isTask } from "./task.ts";

/** The keys that say what an event is, the most telling first. What has none is shaped by a user. */
const MARKS = [
  "detail-type",
  "DurableExecutionArn",
  "awslogs",
  "CodePipeline.job",
  "triggerSource",
  "alarmData",
  "RequestType",
  "SecretId",
  "userRequest",
  "raw_path",
  "methodArn",
  "invokingEvent",
  "identityPoolId",
  "InvocationMetadata",
  "Details",
  "actionGroup",
  "bot",
  "context",
  "directive",
  "info",
  "typeName",
  "eventSource",
  "deliveryStreamArn",
  "protocolData",
  "invocationSchemaVersion",
] as const;

type Mark = (typeof MARKS)[number] | "Records" | "requestContext" | "Execution";

/**
 * Whether this is the key that says what the event is. An event that has several, as nobody sends, is the most telling one's alone.
 *
 * So the sources that ask this never claim one event together, in whatever way their events are mixed.
 */
export function bears(event: unknown, mark: Mark): event is Record<string, unknown> {
  return isRecord(event) && markOf(event) === mark;
}

/** Whether no key says what the event is: a user shaped it. */
export function bearsNone(event: Record<string, unknown>): boolean {
  return markOf(event) === undefined;
}

/** A state machine's task, whatever its input has, is told by its context object: `Execution`. */
function markOf(event: Record<string, unknown>): Mark | undefined {
  if ("Records" in event) return "Records";
  if ("requestContext" in event) return "requestContext";
  if (isTask(event)) return "Execution";
  return MARKS.find((mark) => mark in event);
}
