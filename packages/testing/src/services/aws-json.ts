import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isRecord, parseJson } from "../json.ts";
import { type LocalServer, readBody, startServer } from "../local-server.ts";

/** What an operation answers to a request's JSON; it throws a `ServiceError` to refuse it. */
export type Operation = (
  input: Readonly<Record<string, unknown>>,
  request: IncomingMessage,
) => unknown | Promise<unknown>;

export interface JsonServiceOptions {
  /** What comes before the operation in `X-Amz-Target`. */
  readonly target: string;
  readonly version: "1.0" | "1.1";
  readonly operations: Readonly<Record<string, Operation>>;
  readonly port?: number | undefined;
}

/** A refusal as the SDK's clients know it: an error with this name. */
export class ServiceError extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, message = "", status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/**
 * Serves operations in AWS's JSON protocol.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
export function startJsonService(options: JsonServiceOptions): Promise<LocalServer> {
  const { target, version, operations, port } = options;
  return startServer(async (request, response) => {
    const body = (await readBody(request)).toString("utf8");
    const send = (status: number, value: unknown): void =>
      sendJson(response, status, value, `application/x-amz-json-${version}`);
    try {
      const [service, name = ""] = String(request.headers["x-amz-target"]).split(".");
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (service !== target || !operation) throw new ServiceError("UnknownOperationException");
      const input = parseJson(body);
      if (!isRecord(input)) throw new ServiceError("SerializationException");
      send(200, await operation(input, request));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      send(error.status, { __type: error.type, ...(error.message && { message: error.message }) });
    }
  }, port);
}

/** Ends a response with JSON and a request id of its own. */
export function sendJson(response: ServerResponse, status: number, body: unknown, contentType: string): void {
  response.writeHead(status, { "content-type": contentType, "x-amzn-requestid": randomUUID() });
  response.end(JSON.stringify(body));
}

/** What AWS says of a value that breaks its model's constraints. */
export function violation(value: string, place: string, rule: string): ServiceError {
  const problem = `Value '${value}' at '${place}' failed to satisfy constraint: ${rule}`;
  return new ServiceError("ValidationException", `1 validation error detected: ${problem}`);
}

/** A required text; refuses anything else as AWS's model does. */
export function requiredText(input: Readonly<Record<string, unknown>>, name: string): string {
  const value = input[name];
  if (value === undefined || value === null) throw violation("null", name, "Member must not be null");
  if (typeof value !== "string") throw new ServiceError("SerializationException");
  return value;
}

/** A text that may be missing; refuses anything else. */
export function optionalText(input: Readonly<Record<string, unknown>>, name: string): string | undefined {
  return input[name] === undefined || input[name] === null ? undefined : requiredText(input, name);
}
