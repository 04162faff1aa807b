import { SpanKind } from "@opentelemetry/api";
import { limits, mqtt } from "@throughline/payloads";
import { text } from "@throughline/triggers";
import type { Injection } from "../injection.ts";
import type { Fields, Service } from "../service.ts";
import { utf8 } from "./fields.ts";
import { messaging } from "./messaging.ts";

// What AWS IoT reads itself, a shadow's document for one, has fields of its own; rules' topics are anybody's.
const RESERVED_TOPICS = /^\$aws\/(?!rules\/)/;

/**
 * A message's context is in its MQTT 5 user properties, and may go into its payload, for subscribers that speak an older version.
 *
 * @see https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_Publish.html
 */
export const iot: Service = {
  client: "IoTDataPlane",
  operations: {
    Publish: {
      ...messaging({
        system: "aws.iot",
        type: "send",
        operation: "publish",
        destination: ({ topic }) => text(topic),
      }),
      // Topics name devices: there are too many of them for a span's name.
      spanName: undefined,
      kind: SpanKind.PRODUCER,
      inject: (input, into) => withEnvelope(withProperties(input, into), into),
    },
  },
};

function withProperties(message: Fields, into: Injection): Fields {
  const given = message.userProperties ?? undefined;
  // What is no text is the SDK's to refuse, or to make one of.
  if (given !== undefined && typeof given !== "string") return message;
  const sent = into.unlessOthers(given, mqtt.extract(given, "userProperties"), () =>
    mqtt.injectUserProperties(given, into.carried, into),
  );
  return sent === given ? message : { ...message, userProperties: sent };
}

function withEnvelope(message: Fields, into: Injection): Fields {
  const { payload, topic } = message;
  if (RESERVED_TOPICS.test(String(topic))) return message;
  const given = utf8(payload);
  const sent = into.text(given, "iot", limits.iot.payload);
  return sent === given ? message : { ...message, payload: Buffer.from(String(sent)) };
}
