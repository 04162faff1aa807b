import { SpanKind } from "@opentelemetry/api";
import { limits } from "@throughline/payloads";
import { common } from "@throughline/triggers";
import type { Injection } from "../injection.ts";
import type { Fields, Service } from "../service.ts";
import { bytes, eachEntry, nameOf, records, shareOf } from "./fields.ts";
import { countOf, messaging } from "./messaging.ts";

/**
 * An event's context is in its detail, the only part of an entry that targets see, and for X-Ray in its trace header.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
 */
export const eventbridge: Service = {
  client: "EventBridge",
  operations: {
    PutEvents: {
      ...messaging({
        system: "aws.eventbridge",
        type: "send",
        destination: busOf,
        count: countOf("Entries"),
      }),
      kind: SpanKind.PRODUCER,
      inject(input, into) {
        // All entries together must stay below the limit.
        const share = shareOf(limits.eventbridge.entries - 1, records(input.Entries).map(size));
        return eachEntry(input, "Entries", (entry) => withContext(entry, into, share));
      },
    },
  },
};

function busOf({ Entries }: Fields): string | undefined {
  return common(records(Entries).map(({ EventBusName }) => nameOf(EventBusName) ?? "default"));
}

function withContext(entry: Fields, into: Injection, room: number): Fields {
  const Detail = into.text(entry.Detail, "eventbridge", bytes(entry.Detail) + room);
  const fits = into.header.length <= limits.eventbridge.traceHeaderLength;
  return {
    ...entry,
    ...(Detail !== entry.Detail && { Detail }),
    ...(entry.TraceHeader === undefined && fits && { TraceHeader: into.header }),
  };
}

function size({ Time, Source, DetailType, Detail, Resources }: Fields): number {
  const resources = Array.isArray(Resources) ? Resources : [];
  return [Source, DetailType, Detail, ...resources].reduce<number>(
    (sum, value) => sum + bytes(value),
    Time === undefined ? 0 : limits.eventbridge.time,
  );
}
