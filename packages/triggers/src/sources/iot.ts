import { envelope, isRecord, mqtt } from "@throughline/payloads";
import { headers, type Place } from "@throughline/propagation";
import * as semconv from "../semconv.ts";
import type { Trigger } from "../trigger.ts";
import { text } from "./shared/attributes.ts";
import { bears, bearsNone } from "./shared/marks.ts";
import { processing, processSpanName } from "./shared/messaging.ts";

type Event = Record<string, unknown>;

/**
 * AWS IoT: a rule's message, a detector's action, a device that asks to connect.
 *
 * What a rule hands on is what its SQL selects. It is told by MQTT 5 user properties, which come in arrays; without them it is
 * like any other payload, and read as one.
 *
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/lambda-rule-action.html
 * @see https://docs.aws.amazon.com/iotevents/latest/developerguide/lambda-action.html
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/config-custom-auth.html
 */
export const iot: Trigger<Event> = {
  name: "iot",
  kind: "pubsub",
  match: (event): event is Event =>
    isRecord(event) && (isAuthorizer(event) || (bearsNone(event) && isMessage(event))),
  messages: (event) => [{ places: () => placesOf(event) }],
  spanName: (event) => (isRule(event) ? processSpanName(text(event.topic)) : undefined),
  attributes: (event) =>
    isRule(event) ? processing("aws.iot", { [semconv.MESSAGING_DESTINATION_NAME]: text(event.topic) }) : {},
};

function* placesOf(event: Event): Generator<Place> {
  if (isAuthorizer(event)) {
    const { http } = event.protocolData as Record<string, unknown>;
    yield { at: "protocolData.http.headers", carrier: headers(isRecord(http) ? http.headers : undefined) };
  } else if (isRule(event)) {
    yield* envelope.extract(event, "event");
    yield* mqtt.extract(event, "event");
  } else {
    const { state } = actionOf(event) ?? {};
    yield* envelope.extract(isRecord(state) ? state.variables : undefined, "event.payload.state.variables");
  }
}

function isAuthorizer(event: Event): boolean {
  return bears(event, "protocolData") && isRecord(event.protocolData) && isRecord(event.connectionMetadata);
}

function isMessage(event: Event): boolean {
  return isRule(event) || actionOf(event) !== undefined;
}

function isRule(event: Event): boolean {
  return mqtt.matches(event);
}

/** What IoT Events says of the detector whose action it is. */
function actionOf({ event }: Event): Record<string, unknown> | undefined {
  if (!isRecord(event) || typeof event.eventName !== "string" || !isRecord(event.payload)) return undefined;
  return isRecord(event.payload.detector) ? event.payload : undefined;
}
