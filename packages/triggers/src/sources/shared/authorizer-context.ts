import { isRecord, parseObject } from "@throughline/payloads";
import { headers, type Place } from "@throughline/propagation";

/** Beside a context in an authorizer's answer: the id of the request that it was asked for. */
export const REQUEST_ID = "x-datadog-authorizing-requestid";

/**
 * Where a Lambda authorizer left a trace context for the function behind it: under `_datadog`, as base64 of a JSON text, or in
 * plain keys beside it.
 *
 * An authorizer's answer is cached, and with it the context of the request that it was asked for. It counts only when it is
 * fresh: when the gateway says that it waited for the authorizer (`integrationLatency`), or when the id of the request that was
 * authorized, kept beside the context, is this request's.
 *
 * An authorizer that judges by a token is not shown the client's headers and begins a trace of its own, which must not take the
 * function out of the client's: the context gives way to headers of another trace.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
export function* authorizerPlaces(context: unknown, requestId: unknown, at: string): Generator<Place> {
  if (!isRecord(context)) return;
  const wrapped = unwrap(context._datadog);
  const fresh =
    Number(context.integrationLatency) > 0 ||
    [wrapped?.[REQUEST_ID], context[REQUEST_ID]].some((id) => typeof id === "string" && id === requestId);
  const standing = fresh
    ? { yields: true }
    : { ignored: "the authorizer's answer is cached: of another request" };
  if (wrapped) yield { at: `${at}._datadog`, carrier: headers(wrapped), ...standing };
  yield { at, carrier: headers(context), ...standing };
}

function unwrap(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== "string") return undefined;
  return parseObject(value) ?? parseObject(Buffer.from(value, "base64").toString("utf8"));
}
