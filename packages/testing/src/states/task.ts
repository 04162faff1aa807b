import { randomUUID } from "node:crypto";
import { type Delivery, type FunctionTarget, parseFunctionName } from "../function-target.ts";
import { isRecord } from "../json.ts";
import { StateFailure } from "./failure.ts";
import type { StateContext } from "./scope.ts";

/** Does what a service integration does with a task's parameters. */
export type TaskHandler = (parameters: unknown, delivery: TaskDelivery) => Promise<unknown>;

/** What comes to a task's handler beside the parameters. */
export interface TaskDelivery extends Pick<Delivery, "traceHeader"> {
  readonly context: StateContext;
}

/** Who works for a machine's tasks. */
export interface Workers {
  /** By name, for `arn:aws:states:::lambda:invoke` and for resources that are functions' ARNs. */
  readonly functions: Readonly<Record<string, FunctionTarget>>;
  /** By resource, `arn:aws:states:::sqs:sendMessage` for one. */
  readonly tasks: Readonly<Record<string, TaskHandler>>;
}

const INVOKE = "arn:aws:states:::lambda:invoke";
const WAIT = ".waitForTaskToken";

/** Whether a task's resource goes on only when somebody reports its token. */
export function waitsForToken(resource: unknown): boolean {
  return String(resource).endsWith(WAIT);
}

/** Whether somebody works for a resource; a `FunctionName` is looked up when it is known. */
export function isKnown(resource: string, { functions, tasks }: Workers): boolean {
  if (Object.hasOwn(tasks, resource) || withoutWait(resource) === INVOKE) return true;
  const name = functionOf(resource);
  return name !== undefined && Object.hasOwn(functions, name);
}

/**
 * Does a task's work once.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
 */
export function perform(
  resource: string,
  parameters: unknown,
  delivery: TaskDelivery,
  { functions, tasks }: Workers,
): Promise<unknown> {
  const { traceHeader } = delivery;
  const handler = Object.hasOwn(tasks, resource) ? tasks[resource] : undefined;
  if (handler) return handler(parameters, delivery);
  if (withoutWait(resource) === INVOKE) return invoke(parameters, traceHeader, functions);
  return target(functionOf(resource) ?? "", functions)(parameters, { traceHeader });
}

/** The integration's request is Lambda's, and so is its result. */
async function invoke(
  parameters: unknown,
  traceHeader: string | undefined,
  functions: Workers["functions"],
): Promise<unknown> {
  const {
    FunctionName,
    Payload = {},
    InvocationType,
    ClientContext,
  } = isRecord(parameters) ? parameters : {};
  const run = target(parseFunctionName(String(FunctionName))?.name ?? "", functions);
  if (InvocationType === "Event") {
    setImmediate(() => run(Payload, { traceHeader }).catch(() => {}));
    return { ...metadata(202), Payload: "" };
  }
  const clientContext: unknown =
    typeof ClientContext === "string"
      ? JSON.parse(Buffer.from(ClientContext, "base64").toString())
      : undefined;
  const result = await run(Payload, { traceHeader, clientContext });
  return { ...metadata(200), ExecutedVersion: "$LATEST", Payload: result ?? null };
}

function metadata(status: number): object {
  const requestId = randomUUID();
  return {
    SdkHttpMetadata: { HttpHeaders: { "x-amzn-RequestId": requestId }, HttpStatusCode: status },
    SdkResponseMetadata: { RequestId: requestId },
    StatusCode: status,
  };
}

function target(name: string, functions: Workers["functions"]): FunctionTarget {
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (found) return found;
  throw new StateFailure("Lambda.ResourceNotFoundException", `Function not found: ${name}`);
}

function functionOf(resource: string): string | undefined {
  return resource.includes(":lambda:") ? parseFunctionName(resource)?.name : undefined;
}

function withoutWait(resource: string): string {
  return waitsForToken(resource) ? resource.slice(0, -WAIT.length) : resource;
}
