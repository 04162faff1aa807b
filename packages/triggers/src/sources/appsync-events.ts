import { envelope, isRecord } from "@throughline/payloads";
import { headers, type Place } from "@throughline/propagation";
import * as semconv from "../semconv.ts";
import type { Message, Trigger } from "../trigger.ts";
import { present, text } from "./shared/attributes.ts";
import { bears } from "./shared/marks.ts";
import { sole } from "./shared/messaging.ts";

/** What is read of a channel namespace's event. */
export interface AppSyncEventsEvent {
  readonly info: {
    readonly operation?: unknown;
    readonly channel?: { readonly path?: unknown } | null | undefined;
    readonly channelNamespace?: { readonly name?: unknown } | null | undefined;
  };
  readonly request?: { readonly headers?: unknown } | null | undefined;
  readonly events?: unknown;
}

/**
 * An Event API of AppSync: events are published to a channel, or somebody subscribes to it.
 *
 * A published event may carry a context in its payload; all of them came with the headers of one request.
 *
 * @see https://docs.aws.amazon.com/appsync/latest/eventapi/channel-namespace-handlers.html
 */
export const appsyncEvents: Trigger<AppSyncEventsEvent> = {
  name: "appsync-events",
  kind: "pubsub",
  batch: true,
  match: (event): event is AppSyncEventsEvent =>
    bears(event, "info") &&
    isRecord(event.info) &&
    event.info.fieldName === undefined &&
    isRecord(event.info.channelNamespace),
  messages(event) {
    const published = publishedOf(event);
    if (published.length === 0) return [{ places: () => [requestPlace(event)] }];
    return published.map((item) => toMessage(item, event));
  },
  // A namespace is set up with the API; channels are made up by those who use it.
  spanName: (event) => [operationOf(event), namespaceOf(event)].filter(Boolean).join(" "),
  attributes(event) {
    const published = publishedOf(event);
    return present({
      // The registry has no value for AppSync; this follows those it has for other AWS services.
      [semconv.MESSAGING_SYSTEM_NAME]: "aws.appsync",
      [semconv.MESSAGING_OPERATION_NAME]: operationOf(event),
      [semconv.MESSAGING_OPERATION_TYPE]: isSubscription(event) ? undefined : "process",
      [semconv.MESSAGING_DESTINATION_NAME]: text(event.info.channel?.path),
      [semconv.MESSAGING_DESTINATION_TEMPLATE]: namespaceOf(event),
      [semconv.MESSAGING_BATCH_MESSAGE_COUNT]: published.length || undefined,
      [semconv.MESSAGING_MESSAGE_ID]: sole(published.map(idOf)),
    });
  },
};

function toMessage(item: unknown, event: AppSyncEventsEvent): Message {
  return {
    id: idOf(item),
    places: () => placesOf(item, event),
    attributes: present({ [semconv.MESSAGING_MESSAGE_ID]: idOf(item) }),
  };
}

function* placesOf(item: unknown, event: AppSyncEventsEvent): Generator<Place> {
  if (isRecord(item)) yield* envelope.extract(item.payload, "events.payload");
  yield requestPlace(event);
}

function requestPlace({ request }: AppSyncEventsEvent): Place {
  return { at: "request.headers", carrier: headers(request?.headers) };
}

function publishedOf({ events }: AppSyncEventsEvent): readonly unknown[] {
  return Array.isArray(events) ? events : [];
}

function idOf(item: unknown): string | undefined {
  return isRecord(item) ? text(item.id) : undefined;
}

function operationOf(event: AppSyncEventsEvent): string {
  return isSubscription(event) ? "subscribe" : "process";
}

function isSubscription({ info }: AppSyncEventsEvent): boolean {
  return info.operation === "SUBSCRIBE";
}

function namespaceOf({ info }: AppSyncEventsEvent): string | undefined {
  return text(info.channelNamespace?.name);
}
