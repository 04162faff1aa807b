import { SpanKind } from "@opentelemetry/api";
import type { Attributes } from "@throughline/triggers";
import * as semconv from "@throughline/triggers";
import type { Fields, Operation } from "./service.ts";
import { services } from "./services/index.ts";
import type { HandlerContext } from "./stack.ts";

/** A command, as the conventions see it. */
export interface Call {
  /** `SQS.SendMessage` */
  readonly name: string;
  readonly spanName: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly operation: Operation;
}

/**
 * What a command is to a trace. One that no service names is a call like any other.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/cloud-providers/aws-sdk/
 */
export function callOf({ clientName, commandName }: HandlerContext, input: Fields): Call {
  const client = String(clientName ?? "AWS").replace(/Client$/, "");
  const command = String(commandName ?? "Command").replace(/Command$/, "");
  const service = services.find((one) => one.client === client);
  const operation =
    (service && Object.hasOwn(service.operations, command) && service.operations[command]) || {};
  const name = `${client}.${command}`;
  return {
    name,
    spanName: operation.spanName?.(input) ?? name,
    kind: operation.kind ?? SpanKind.CLIENT,
    attributes: {
      [semconv.RPC_SYSTEM_NAME]: "aws-api",
      [semconv.RPC_METHOD]: `${client}/${command}`,
      ...service?.attributes?.(input),
      ...operation.attributes?.(input),
    },
    operation,
  };
}
