import { isRecord } from "../json.ts";
import {
  type Absent,
  addAttribute,
  addContext,
  addToEach,
  type Edit,
  left,
  type Scope,
  type Template,
} from "./add-context.ts";

/** Adds the context to what a task sends to one action of a service. */
type Service = (sent: Template, scope: Scope) => Edit;

/**
 * The actions that can carry a context, by `service:action` of the state's resource. Those of the SDK integrations take the API's
 * own types: where AWS wants a text, no object may be made.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
const services: Readonly<Record<string, Service>> = {
  "lambda:invoke": (sent, scope) => addContext(sent, "Payload", scope, { create: "object" }),
  "sqs:sendMessage": addAttribute,
  "sns:publish": publish,
  "events:putEvents": putEvents,
  "states:startExecution": (sent, scope) => addContext(sent, "Input", scope, { create: "object" }),
  "aws-sdk:lambda:invoke": (sent, scope) =>
    addContext(sent, "Payload", scope, { left: "it sends no payload" }),
  "aws-sdk:sqs:sendMessage": addAttribute,
  "aws-sdk:sqs:sendMessageBatch": (sent, scope) => addToEach(sent, "Entries", scope, addAttribute),
  "aws-sdk:sns:publish": publish,
  "aws-sdk:sns:publishBatch": (sent, scope) => addToEach(sent, "PublishBatchRequestEntries", scope, publish),
  "aws-sdk:eventbridge:putEvents": putEvents,
  "aws-sdk:sfn:startExecution": (sent, scope) => addContext(sent, "Input", scope, { create: "text" }),
  "aws-sdk:sfn:startSyncExecution": (sent, scope) => addContext(sent, "Input", scope, { create: "text" }),
};

function publish(sent: Template, scope: Scope): Edit {
  return "MessageStructure" in sent || "MessageStructure.$" in sent
    ? left(sent, "MessageAttributes", scope, "SNS delivers no attributes with a MessageStructure")
    : addAttribute(sent, scope);
}

function putEvents(sent: Template, scope: Scope): Edit {
  return addToEach(sent, "Entries", scope, (entry, at) =>
    addContext(entry, "Detail", at, { left: "the event has no detail" }),
  );
}

// The partition may be a variable of the template that deploys the definition.
const PARTITION = /^arn:(?:[a-z-]+|\$\{[^}]*\}):/;
const ACTION = /^states:::((?:aws-sdk:)?\w+:\w+)(?:[.]|$)/;

/** A task's state with the context in it; `undefined` where its resource can take none. */
export function addToTask(state: Template, scope: Scope): Edit | undefined {
  const { Resource } = state;
  if (typeof Resource !== "string" || Resource.startsWith("${")) {
    return left(state, "Resource", scope, "what it names is not known before it is deployed");
  }
  // A function's ARN, or a service's action.
  const named = PARTITION.test(Resource) ? Resource.replace(PARTITION, "") : "";
  if (named.startsWith("lambda:"))
    return addContext(state, scope.dialect.parameters, scope, wholeInput(scope));
  const [, action = ""] = ACTION.exec(named) ?? [];
  const service = Object.hasOwn(services, action) ? services[action] : undefined;
  if (!service) return undefined;
  const field = scope.dialect.parameters;
  const sent = state[field];
  if (!isRecord(sent)) return left(state, field, scope, "it is no object of fields that could be told apart");
  const { template, points } = service(sent, { ...scope, at: `${scope.at}.${field}` });
  return { template: { ...state, [field]: template }, points };
}

/** A function named by its ARN gets what the state sends, and the state's whole input where that says nothing. */
function wholeInput({ dialect }: Scope): Absent {
  return dialect.guarded
    ? { merge: "{% $states.input %}" }
    : { left: "it sends its whole input: invoke the function by arn:aws:states:::lambda:invoke instead" };
}
