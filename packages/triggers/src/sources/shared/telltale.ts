import { isRecord } from "@throughline/payloads";
import { isTask } from "./task.ts";

/**
 * The keys that say what an event is, the most telling first. An event that has several, as nobody sends, is the first's
 * alone; what has none is shaped by a user.
 */
const KEYS = [
  "detail-type",
  "DurableExecutionArn",
  "awslogs",
  "CodePipeline.job",
  "triggerSource",
  "getObjectContext",
  "alarmData",
  "configRuleArn",
  "ResponseURL",
  "RequestType",
  "SecretId",
  "userRequest",
  "raw_path",
  "methodArn",
  "routeArn",
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
];

/** The most telling key of an event; a state machine's task, whatever its input has, is told by `Execution`. */
export function telltale(event: unknown): string | undefined {
  if (!isRecord(event)) return undefined;
  if ("Records" in event) return "Records";
  if ("requestContext" in event) return "requestContext";
  if (isTask(event)) return "Execution";
  return KEYS.find((key) => key in event);
}
