import { SpanKind } from "@opentelemetry/api";
import { limits } from "@throughline/payloads";
import { common } from "@throughline/triggers";
import type { Injection } from "../injection.ts";
import type { Fields, Service } from "../service.ts";
import { bytes, eachEntry, nameOf, records } from "./fields.ts";
import { messaging, messagingSpanName } from "./messaging.ts";

/**
 * An event's context is in its detail, the only part of an entry that targets see, and for X-Ray in its trace header.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
 */
export const eventbridge: Service = {
  client: "EventBridge",
  operations: {
    PutEvents: {
      kind: SpanKind.PRODUCER,
      spanName: (input) => messagingSpanName("send", busOf(input)),
      attributes: (input) =>
        messaging("aws.eventbridge", "send", busOf(input), records(input.Entries).length),
      inject: (input, into) => eachEntry(input, "Entries", (entry) => withContext(entry, into)),
    },
  },
};

function busOf({ Entries }: Fields): string {
  const buses = records(Entries).map(({ EventBusName }) => nameOf(EventBusName) ?? "default");
  return common(buses) ?? "";
}

function withContext(entry: Fields, into: Injection): Fields {
  const { Detail, TraceHeader } = entry;
  // An entry must stay below the limit.
  const room = limits.eventbridge.entry - 1 - (size(entry) - bytes(Detail));
  const fits = into.header.length <= limits.eventbridge.traceHeaderLength;
  return {
    ...entry,
    Detail: into.text(Detail, "eventbridge", room),
    ...(TraceHeader === undefined && fits && { TraceHeader: into.header }),
  };
}

function size({ Time, Source, DetailType, Detail, Resources }: Fields): number {
  const resources = Array.isArray(Resources) ? Resources : [];
  return [Source, DetailType, Detail, ...resources].reduce<number>(
    (sum, value) => sum + bytes(value),
    Time === undefined ? 0 : limits.eventbridge.time,
  );
}
