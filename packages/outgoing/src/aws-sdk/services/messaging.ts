import type { Attributes } from "@throughline/triggers";
import * as semconv from "@throughline/triggers";

/** What is done to messages: the conventions' operation name and type in one. */
type Verb = "send" | "receive" | "settle";

/** `{operation.name} {destination}`. */
export function messagingSpanName(verb: Verb, destination: string | undefined): string {
  return destination ? `${verb} ${destination}` : verb;
}

/**
 * The conventions' attributes of a call to a messaging system; `count` for batch operations only.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
export function messaging(
  system: string,
  verb: Verb,
  destination: string | undefined,
  count?: number | undefined,
): Attributes {
  return semconv.present({
    [semconv.MESSAGING_SYSTEM_NAME]: system,
    [semconv.MESSAGING_OPERATION_NAME]: verb,
    [semconv.MESSAGING_OPERATION_TYPE]: verb,
    [semconv.MESSAGING_DESTINATION_NAME]: destination,
    [semconv.MESSAGING_BATCH_MESSAGE_COUNT]: count,
  });
}
