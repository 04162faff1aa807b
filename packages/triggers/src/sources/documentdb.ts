import { envelope, isRecord } from "@throughline/payloads";
import type { Message, Trigger } from "../trigger.ts";
import { text } from "./shared/attributes.ts";
import { type Change, documentAttributes, isoTime } from "./shared/document.ts";
import { bears } from "./shared/marks.ts";

/** One change of a change stream, as far as it is looked at. */
interface ChangeEvent {
  readonly event?:
    | {
        readonly _id?: { readonly _data?: unknown } | undefined;
        readonly operationType?: unknown;
        readonly ns?: { readonly db?: unknown; readonly coll?: unknown } | undefined;
        readonly fullDocument?: unknown;
        readonly clusterTime?: { readonly $timestamp?: { readonly t?: unknown } | undefined } | undefined;
      }
    | undefined;
}

interface Event {
  readonly events: readonly ChangeEvent[];
}

/**
 * A batch of changes from an Amazon DocumentDB change stream. A context is in the document.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-documentdb.html
 */
export const documentdb: Trigger<Event> = {
  name: "documentdb",
  kind: "datasource",
  batch: true,
  match: (event): event is Event & Record<string, unknown> =>
    bears(event, "eventSource") &&
    isRecord(event) &&
    event.eventSource === "aws:docdb" &&
    Array.isArray(event.events),
  messages: ({ events }) => events.map(toMessage),
  attributes: ({ events }) => documentAttributes(events.map(toChange)),
};

function toMessage(change: ChangeEvent): Message {
  return {
    id: text(change?.event?._id?._data),
    places: () => envelope.extract(change?.event?.fullDocument, "event.fullDocument"),
    attributes: documentAttributes([toChange(change)]),
  };
}

/** As the conventions have it of another document database: the database is the collection, the collection is the name. */
function toChange(change: ChangeEvent): Change {
  const { event } = change ?? {};
  return {
    collection: text(event?.ns?.db),
    name: text(event?.ns?.coll),
    operation: operationOf(event?.operationType),
    time: isoTime(event?.clusterTime?.$timestamp?.t, 1000),
  };
}

function operationOf(type: unknown): Change["operation"] {
  if (type === "insert") return "insert";
  if (type === "update" || type === "replace") return "edit";
  return type === "delete" ? "delete" : undefined;
}
