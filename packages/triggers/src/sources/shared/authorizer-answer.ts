import { isCopyable, isRecord } from "@throughline/payloads";
import { REQUEST_ID } from "./authorizer-context.ts";

/** In bytes. What a larger answer becomes is not written down for every kind of API, so none is made larger. */
const MAX_ANSWER = 8192;

/**
 * A copy of a Lambda authorizer's answer that hands the trace to the function behind it: `context._datadog` is base64 of a JSON
 * text, the only kind of value that every API keeps as it is. With it goes the id of the request, by which a reader tells that
 * the answer is no cached one.
 *
 * What lets nobody pass, is no such answer, holds `_datadog` already, or would exceed 8 KB is given back as it is. Never throws.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export function passOn(
  answer: unknown,
  requestId: unknown,
  carried: Readonly<Record<string, string>>,
): unknown {
  try {
    if (Object.keys(carried).length === 0 || !isCopyable(answer) || !allows(answer)) return answer;
    const { baggage: _, ...withoutBaggage } = carried;
    // Of what travels with the ids, baggage alone may be large, and the trace goes on without it.
    const copies = [carried, withoutBaggage].map((some) => withContext(answer, requestId, some));
    return copies.find((copy) => copy && sizeOf(copy) <= MAX_ANSWER) ?? answer;
  } catch {
    return answer;
  }
}

function withContext(
  answer: Record<string, unknown>,
  requestId: unknown,
  carried: Readonly<Record<string, string>>,
): Record<string, unknown> | undefined {
  const context = answer.context ?? {};
  if (!isCopyable(context) || "_datadog" in context) return undefined;
  const text = JSON.stringify({
    ...carried,
    // Datadog's readers begin the gateway's span here; they take nanoseconds.
    "x-datadog-parent-span-finish-time": Date.now() * 1e6,
    ...(typeof requestId === "string" && { [REQUEST_ID]: requestId }),
  });
  return { ...answer, context: { ...context, _datadog: Buffer.from(text).toString("base64") } };
}

/** Whether it lets anybody pass: a policy that allows something, or the simple answer's `isAuthorized`. */
function allows({ isAuthorized, principalId, policyDocument }: Record<string, unknown>): boolean {
  if (!isRecord(policyDocument)) return isAuthorized === true;
  const statements: unknown[] = [policyDocument.Statement].flat();
  return (
    principalId !== undefined &&
    statements.some((statement) => isRecord(statement) && statement.Effect === "Allow")
  );
}

function sizeOf(answer: unknown): number {
  return Buffer.byteLength(JSON.stringify(answer));
}
