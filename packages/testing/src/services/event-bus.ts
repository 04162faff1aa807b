import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { EventBridgeEvent } from "aws-lambda";
import { ACCOUNT_ID, REGION } from "../events/events.ts";
import { isRecord, parseJson } from "../json.ts";
import type { LocalServer } from "../local-server.ts";
import { ServiceError, startJsonService, violation } from "./aws-json.ts";
import { type Deliveries, startDeliveries } from "./deliveries.ts";

export interface EventBusOptions {
  /** Every accepted entry goes to each of them, as a rule that matches everything would send it. */
  readonly targets: readonly EventBusTarget[];
  /** Default: a free one. */
  readonly port?: number | undefined;
}

/**
 * What a rule invokes. The entry's `TraceHeader` comes beside the event, never in it: EventBridge hands it on in the
 * invocation's own tracing header.
 */
export type EventBusTarget = (
  event: EventBridgeEvent<string, Readonly<Record<string, unknown>>>,
  delivery: { readonly traceHeader: string | undefined },
) => Promise<unknown>;

/** A bus that the SDK's client reaches through its `endpoint`. */
export interface EventBus extends LocalServer, Pick<Deliveries, "failures" | "idle"> {}

/**
 * Starts a stand-in for EventBridge that takes `PutEvents` as AWS does and delivers to functions.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 *
 * @example
 * const bus = await startEventBus({ targets: [(event) => notify.invoke(event)] });
 * const client = new EventBridgeClient({ endpoint: bus.url });
 */
export async function startEventBus({ targets, port }: EventBusOptions): Promise<EventBus> {
  const { failures, start, idle } = startDeliveries();

  const putEvents = (input: PutEventsInput, region: string): unknown => {
    const entries = validate(input);
    const results = entries.map((entry) => {
      const refused = refuse(entry);
      if (refused) return refused;
      const event = toEvent(entry, region);
      const { TraceHeader: traceHeader } = entry;
      for (const target of targets) start(() => target(structuredClone(event), { traceHeader }));
      return { EventId: event.id };
    });
    return { Entries: results, FailedEntryCount: results.filter((result) => "ErrorCode" in result).length };
  };

  const server = await startJsonService({
    target: "AWSEvents",
    version: "1.1",
    operations: { PutEvents: (input, request) => putEvents(input, regionOf(request)) },
    port,
  });
  return { ...server, failures, idle };
}

interface PutEventsInput {
  readonly Entries?: unknown;
}

interface Entry {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  /** Seconds since the epoch. */
  readonly Time?: number;
  readonly Resources?: readonly string[];
  readonly EventBusName?: string;
  readonly TraceHeader?: string;
}

const MAX_ENTRIES = 10;
const MAX_BYTES = 1_048_576;
const MAX_TRACE_HEADER = 500;

/** What makes the whole request fail. */
function validate({ Entries }: PutEventsInput): Entry[] {
  if (!Array.isArray(Entries)) throw violation("null", "entries", "Member must not be null");
  if (Entries.length < 1) {
    throw violation("[]", "entries", "Member must have length greater than or equal to 1");
  }
  if (Entries.length > MAX_ENTRIES) {
    throw violation("[...]", "entries", `Member must have length less than or equal to ${MAX_ENTRIES}`);
  }
  if (!Entries.every(isEntry)) throw new ServiceError("SerializationException");
  const entries: Entry[] = Entries;
  for (const [index, { TraceHeader = "" }] of entries.entries()) {
    if (TraceHeader.length <= MAX_TRACE_HEADER) continue;
    const place = `entries.${index + 1}.member.traceHeader`;
    throw violation(TraceHeader, place, `Member must have length less than or equal to ${MAX_TRACE_HEADER}`);
  }
  if (entries.reduce((total, entry) => total + size(entry), 0) >= MAX_BYTES) {
    throw new ServiceError(
      "ValidationException",
      "Total size of the entries in the request is over the limit.",
    );
  }
  return entries;
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const { Time, Resources, ...texts } = value as Record<string, unknown>;
  if (Time !== undefined && !Number.isFinite(Time)) return false;
  if (Resources !== undefined && !(Array.isArray(Resources) && Resources.every(isText))) return false;
  return Object.values(texts).every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** As AWS counts it: a time is 14 bytes, the rest is its UTF-8 length. */
function size({ Time, Source = "", DetailType = "", Detail = "", Resources = [] }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return (Time === undefined ? 0 : 14) + texts.reduce((total, text) => total + Buffer.byteLength(text), 0);
}

interface EntryError {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/** What makes one entry fail, beside others that succeed. */
function refuse(entry: Entry): EntryError | undefined {
  for (const name of ["Source", "DetailType", "Detail"] as const) {
    if (entry[name]) continue;
    const ErrorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
    return { ErrorCode: "InvalidArgument", ErrorMessage };
  }
  if (entry.Source?.startsWith("aws.")) {
    const ErrorMessage = "Not authorized for the source.";
    return { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage };
  }
  if (!isRecord(parseJson(entry.Detail ?? ""))) {
    return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  }
  return undefined;
}

function toEvent(entry: Entry, region: string): EventBridgeEvent<string, Readonly<Record<string, unknown>>> {
  const time = entry.Time === undefined ? new Date() : new Date(entry.Time * 1000);
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": entry.DetailType ?? "",
    source: entry.Source ?? "",
    account: ACCOUNT_ID,
    time: time.toISOString().replace(/\.\d+Z$/, "Z"),
    region,
    resources: [...(entry.Resources ?? [])],
    detail: JSON.parse(entry.Detail ?? "{}"),
  };
}

const SCOPE = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d+\/([^/]+)\//;

/** The signature's scope names it: `Credential=KEY/20261121/eu-west-1/events/aws4_request`. */
function regionOf({ headers }: IncomingMessage): string {
  return SCOPE.exec(headers.authorization ?? "")?.[1] ?? REGION;
}
