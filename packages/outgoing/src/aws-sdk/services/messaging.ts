import type { Attributes } from "@throughline/triggers";
import * as semconv from "@throughline/triggers";
import type { Fields, Operation } from "../service.ts";

/** What a call does with messages. */
export interface MessagingCall {
  readonly system: string;
  /** The system's own word for it. Default the type. */
  readonly operation?: string | undefined;
  readonly type: "send" | "receive" | "settle";
  readonly destination: (input: Fields) => string | undefined;
  /** How many messages; `undefined` for a call that takes one only. */
  readonly count?: ((input: Fields) => number | undefined) | undefined;
}

/**
 * The conventions' span name, `{operation.name} {destination}`, and attributes of a call to a messaging system.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
export function messaging({
  system,
  type,
  operation = type,
  destination,
  count,
}: MessagingCall): Pick<Operation, "spanName" | "attributes"> {
  return {
    spanName(input) {
      const name = destination(input);
      return name ? `${operation} ${name}` : operation;
    },
    attributes: (input): Attributes =>
      semconv.present({
        [semconv.MESSAGING_SYSTEM_NAME]: system,
        [semconv.MESSAGING_OPERATION_NAME]: operation,
        [semconv.MESSAGING_OPERATION_TYPE]: type,
        [semconv.MESSAGING_DESTINATION_NAME]: destination(input),
        [semconv.MESSAGING_BATCH_MESSAGE_COUNT]: count?.(input),
      }),
  };
}

/** How many entries a batch has, in the list of this name; `undefined` where there is no such list. */
export function countOf(list: string): (input: Fields) => number | undefined {
  return ({ [list]: entries }) => (Array.isArray(entries) ? entries.length : undefined);
}
