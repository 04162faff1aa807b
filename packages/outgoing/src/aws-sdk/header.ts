import { context as contextApi } from "@opentelemetry/api";
import type { Attributes } from "@throughline/triggers";
import * as semconv from "@throughline/triggers";
import { quietly } from "./quietly.ts";
import { type HandlerContext, type Middleware, type Request, SENDING, type Sending } from "./stack.ts";

const HEADER = "X-Amzn-Trace-Id";

/**
 * The step that gives the built request the live tracing header, which Lambda and the services hand on, and says on the span where
 * it goes. It stands before the signature, which leaves this header out.
 *
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export const building: Middleware = (next, handler) => async (args) => {
  const sending = contextApi.active().getValue(SENDING) as Sending | undefined;
  const { request } = args;
  if (sending?.handler === handler && request) {
    quietly(() => sending.span.setAttributes(destination(request, handler) as never));
    quietly(() => addHeader(request, sending.header));
  }
  return next(args);
};

function addHeader({ headers }: Request, header: string): void {
  if (header && headers && !isNamedIn(headers)) headers[HEADER] = header;
}

/** Whether somebody has set it before. */
function isNamedIn(headers: object): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === HEADER.toLowerCase());
}

function destination({ hostname, port }: Request, { __smithy_context: context }: HandlerContext): Attributes {
  const region = context?.selectedHttpAuthScheme?.httpAuthOption?.signingProperties?.region;
  return {
    ...(typeof hostname === "string" && { [semconv.SERVER_ADDRESS]: hostname }),
    ...(typeof port === "number" && { [semconv.SERVER_PORT]: port }),
    ...(typeof region === "string" && { [semconv.CLOUD_REGION]: region }),
  };
}
