import type { Carried } from "../carried.ts";
import { carries, propertiesOf } from "./user-properties.ts";

/** What of an MQTT 5 packet's properties is looked at. mqtt.js and aedes spell them so. */
export interface PacketProperties {
  userProperties?: Record<string, string | string[]>;
}

/**
 * The properties of an MQTT 5 `PUBLISH` packet with a trace context among its user properties: a copy.
 *
 * What is there stays: properties that bring a context along are given back as they are. A header of more than 1,024
 * characters, which AWS IoT would not pass on, is left out. MQTT 3.1.1 has no user properties: see `injectPayload`.
 *
 * @example
 * client.publish("orders", payload, { properties: mqtt.inject(undefined, getTraceHeaders()) });
 *
 * @see https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901116
 */
export function inject<Properties extends object = PacketProperties>(
  properties: Properties | undefined,
  carried: Carried,
): Properties & PacketProperties {
  const given: Properties & PacketProperties = properties ?? ({} as Properties);
  const context = carries(given.userProperties) ? [] : propertiesOf(carried);
  if (context.length === 0) return given;
  return { ...given, userProperties: { ...Object.fromEntries(context), ...given.userProperties } };
}
