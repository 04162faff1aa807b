import { envelope, isRecord, mqtt, parseObject } from "@throughline/payloads";
import type { Place } from "@throughline/propagation";
import type { Trigger } from "../trigger.ts";

/** A direct invocation, by an SDK or another function: what remains when no other trigger knows the event. */
export const lambda: Trigger = {
  name: "lambda",
  kind: "other",
  match: (_event): _event is unknown => true,
  messages: (event) => [
    {
      // A text is nobody's message here: a caller that has a context sends an object.
      places: () =>
        isRecord(event) ? [...envelope.extract(event, "event"), ...mqtt.extract(event, "event")] : [],
    },
  ],
  attributes: () => ({}),
};

/**
 * Where a synchronous caller's client context may hold a trace: under `custom`, which other runtimes' SDKs spell `Custom`,
 * or in a `_datadog` object there.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function clientContextPlaces(context: { readonly clientContext?: unknown } | undefined): Place[] {
  const { clientContext } = context ?? {};
  const root = isRecord(clientContext) ? clientContext : parseObject(clientContext);
  return ["custom", "Custom"].flatMap((key) => envelope.extract(root?.[key], `clientContext.${key}`));
}
