import { randomUUID } from "node:crypto";
import { ACCOUNT_ID, REGION } from "../events/events.ts";
import { isRecord, parseJson } from "../json.ts";
import type { LocalServer } from "../local-server.ts";
import { FunctionError } from "../runtime/answer.ts";
import { type Delivery, type FunctionTarget, parseFunctionName } from "../runtime/function-target.ts";
import { newTraceRoot } from "../trace-root.ts";
import { ServiceError } from "./aws-json.ts";
import { type Deliveries, startDeliveries } from "./deliveries.ts";
import { type RestReply, type RestRequest, startRestService, unknownOperation } from "./rest-json.ts";

export interface LambdaEndpointOptions {
  readonly functions: Readonly<Record<string, FunctionTarget>>;
  /** How often a failed asynchronous invocation is repeated, at once; default 2, as Lambda does after minutes. */
  readonly retries?: number | undefined;
  /** Default: a free one. */
  readonly port?: number | undefined;
}

/** Lambda's API; its deliveries are the asynchronous invocations. */
export interface LambdaEndpoint extends LocalServer, Pick<Deliveries, "failures" | "idle"> {}

/**
 * Starts a stand-in for Lambda's `Invoke`, synchronous and asynchronous, in front of functions.
 *
 * The request's tracing header goes on to the invocation, or a new one that names a trace only; the client context goes with
 * synchronous invocations only.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 *
 * @example
 * const endpoint = await startLambdaEndpoint({ functions: { charge: charge.invoke } });
 * const client = new LambdaClient({ endpoint: endpoint.url });
 * await client.send(new InvokeCommand({ FunctionName: "charge", Payload: "{}" }));
 */
export async function startLambdaEndpoint({
  functions,
  retries = 2,
  port,
}: LambdaEndpointOptions): Promise<LambdaEndpoint> {
  const { failures, start, idle } = startDeliveries();

  const answer = (request: RestRequest): RestReply | Promise<RestReply> => {
    const [version, collection, reference = "", operation, ...rest] = request.path;
    const known = version === "2015-03-31" && collection === "functions" && operation === "invocations";
    if (request.method !== "POST" || !known || rest.length > 0) throw unknownOperation();
    const target = functionOf(functions, reference, request.query.get("Qualifier"));
    const kind = invocationType(request);
    const event = eventOf(request.body, kind);
    const delivery = deliveryOf(request, kind);
    if (kind === "DryRun") return { status: 204 };
    if (kind === "RequestResponse") return invoke(target, event, delivery);
    start(() => persist(() => target(structuredClone(event), delivery), retries));
    return { status: 202 };
  };

  const server = await startRestService(answer, port);
  return { ...server, failures, idle };
}

type InvocationType = "RequestResponse" | "Event" | "DryRun";

const MAX_BYTES = { RequestResponse: 6_291_456, Event: 1_048_576, DryRun: 6_291_456 };
const MAX_CLIENT_CONTEXT = 3583;

function functionOf(
  functions: Readonly<Record<string, FunctionTarget>>,
  reference: string,
  qualifier: string | null,
): FunctionTarget {
  const parsed = parseFunctionName(reference);
  if (!parsed) {
    throw new ServiceError(
      "ValidationException",
      `Value '${reference}' at 'functionName' is no function's name`,
    );
  }
  if (qualifier !== null && (parsed.qualifier ?? qualifier) !== qualifier) {
    const message = "The qualifier in the function's name is not the one that was specified.";
    throw new ServiceError("InvalidParameterValueException", message);
  }
  const target = Object.hasOwn(functions, parsed.name) ? functions[parsed.name] : undefined;
  if (target) return target;
  const arn = `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${parsed.name}`;
  throw new ServiceError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
}

function invocationType({ headers }: RestRequest): InvocationType {
  const kind = headers["x-amz-invocation-type"] ?? "RequestResponse";
  if (kind === "RequestResponse" || kind === "Event" || kind === "DryRun") return kind;
  throw new ServiceError("InvalidParameterValueException", `Unknown invocation type: ${kind}`);
}

function eventOf(body: Buffer, kind: InvocationType): unknown {
  if (body.length > MAX_BYTES[kind]) {
    const message = `Request must be smaller than ${MAX_BYTES[kind]} bytes for the InvokeFunction operation`;
    throw new ServiceError("RequestTooLargeException", message, 413);
  }
  const event = body.length === 0 ? {} : parseJson(body.toString("utf8"));
  if (event !== undefined) return event;
  throw new ServiceError("InvalidRequestContentException", "Could not parse request body into json");
}

function deliveryOf({ headers }: RestRequest, kind: InvocationType): Delivery {
  const [given, tenantId] = [headers["x-amz-client-context"], headers["x-amz-tenant-id"]];
  const clientContext = typeof given === "string" ? parseClientContext(given) : undefined;
  return {
    traceHeader: String(headers["x-amzn-trace-id"] ?? newTraceRoot()),
    requestId: randomUUID(),
    ...(clientContext && kind === "RequestResponse" && { clientContext }),
    ...(typeof tenantId === "string" && { tenantId }),
  };
}

function parseClientContext(text: string): object {
  const value = parseJson(Buffer.from(text, "base64").toString("utf8"));
  if (isRecord(value) && text.length <= MAX_CLIENT_CONTEXT) return value;
  const message = `Client context must be a JSON object of ${MAX_CLIENT_CONTEXT} bytes in base64`;
  throw new ServiceError("InvalidRequestContentException", message);
}

async function invoke(target: FunctionTarget, event: unknown, delivery: Delivery): Promise<RestReply> {
  const headers = { "x-amz-executed-version": "$LATEST" };
  try {
    const body = JSON.stringify(await target(event, delivery)) ?? "null";
    if (Buffer.byteLength(body) > MAX_BYTES.RequestResponse) throw TOO_LARGE;
    return { status: 200, headers, body };
  } catch (error) {
    const body = JSON.stringify(describe(error));
    return { status: 200, headers: { ...headers, "x-amz-function-error": "Unhandled" }, body };
  }
}

const TOO_LARGE = new FunctionError({
  errorType: "Function.ResponseSizeTooLarge",
  errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_BYTES.RequestResponse} bytes).`,
});

/** A function's failure as the runtime client reports it. */
function describe(error: unknown): object {
  if (error instanceof FunctionError) {
    const { errorType, message: errorMessage, trace } = error;
    return { errorType, errorMessage, trace };
  }
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split("\n") ?? [] };
}

async function persist(attempt: () => Promise<unknown>, retries: number): Promise<unknown> {
  try {
    return await attempt();
  } catch (error) {
    if (retries === 0) throw error;
    return persist(attempt, retries - 1);
  }
}
