/** A span as it arrived, in the same form whatever it was encoded in. */
export interface ReceivedSpan {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** `undefined` at a root. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: SpanKindName;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: ReceivedAttributes;
  readonly status: { readonly code: "UNSET" | "OK" | "ERROR"; readonly message?: string | undefined };
  readonly events: readonly ReceivedEvent[];
  readonly links: readonly ReceivedLink[];
  /** The resource's attributes. */
  readonly resource: ReceivedAttributes;
  /** The name of the instrumentation scope. */
  readonly scope: string;
  readonly scopeVersion: string | undefined;
  readonly traceState: string | undefined;
  /** W3C trace flags in the low 8 bits, then whether it is known (0x100) that the parent is remote (0x200). */
  readonly flags: number;
  readonly dropped: { readonly attributes: number; readonly events: number; readonly links: number };
}

export type SpanKindName = "INTERNAL" | "SERVER" | "CLIENT" | "PRODUCER" | "CONSUMER";

/** Integers beyond the safe range are bigints; a value that was sent empty is `undefined`. */
export type ReceivedValue =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | readonly ReceivedValue[]
  | { readonly [key: string]: ReceivedValue }
  | undefined;

export type ReceivedAttributes = Readonly<Record<string, ReceivedValue>>;

export interface ReceivedEvent {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: ReceivedAttributes;
}

export interface ReceivedLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: ReceivedAttributes;
  readonly traceState?: string | undefined;
  readonly flags: number;
}

/** What was wrong with a request, and where in it. */
export class Malformed extends Error {
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.name = "Malformed";
  }
}

/**
 * The spans of an OTLP/JSON `ExportTraceServiceRequest`.
 *
 * Stricter than a collector, which takes spans without ids or times and ignores unknown fields; throws `Malformed`.
 */
export function readTraceRequest(request: unknown): ReceivedSpan[] {
  const { resourceSpans } = fields(request, "request", ["resourceSpans"]);
  const spans = list(resourceSpans, "resourceSpans", readResourceSpans).flat();
  const seen = new Set<string>();
  for (const { traceId, spanId } of spans) {
    const id = `${traceId}/${spanId}`;
    if (seen.has(id)) throw new Malformed("request", `span ${id} is in it twice`);
    seen.add(id);
  }
  return spans;
}

function readResourceSpans(value: unknown, path: string): ReceivedSpan[] {
  const { resource, scopeSpans, schemaUrl } = fields(value, path, ["resource", "scopeSpans", "schemaUrl"]);
  optionalText(schemaUrl, `${path}.schemaUrl`);
  const described = fields(resource ?? {}, `${path}.resource`, ["attributes", "droppedAttributesCount"]);
  count(described.droppedAttributesCount, `${path}.resource.droppedAttributesCount`);
  const attributes = readAttributes(described.attributes, `${path}.resource.attributes`);
  return list(scopeSpans, `${path}.scopeSpans`, (each, place) =>
    readScopeSpans(each, place, attributes),
  ).flat();
}

function readScopeSpans(value: unknown, path: string, resource: ReceivedAttributes): ReceivedSpan[] {
  const { scope, spans, schemaUrl } = fields(value, path, ["scope", "spans", "schemaUrl"]);
  optionalText(schemaUrl, `${path}.schemaUrl`);
  const names = ["name", "version", "attributes", "droppedAttributesCount"];
  const described = fields(scope ?? {}, `${path}.scope`, names);
  readAttributes(described.attributes, `${path}.scope.attributes`);
  count(described.droppedAttributesCount, `${path}.scope.droppedAttributesCount`);
  const scopeName = optionalText(described.name, `${path}.scope.name`) ?? "";
  const scopeVersion = optionalText(described.version, `${path}.scope.version`);
  return list(spans, `${path}.spans`, (span, place) =>
    readSpan(span, place, { resource, scope: scopeName, scopeVersion }),
  );
}

const SPAN_FIELDS = [
  ...["traceId", "spanId", "traceState", "parentSpanId", "flags", "name", "kind"],
  ...["startTimeUnixNano", "endTimeUnixNano", "attributes", "droppedAttributesCount", "events"],
  ...["droppedEventsCount", "links", "droppedLinksCount", "status"],
];
const KINDS = [undefined, "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"] as const;
const STATUS_CODES = ["UNSET", "OK", "ERROR"] as const;

function readSpan(
  value: unknown,
  path: string,
  origin: Pick<ReceivedSpan, "resource" | "scope" | "scopeVersion">,
): ReceivedSpan {
  const span = fields(value, path, SPAN_FIELDS);
  const spanId = id(span.spanId, `${path}.spanId`, 16);
  const parentSpanId = span.parentSpanId ? id(span.parentSpanId, `${path}.parentSpanId`, 16) : undefined;
  if (parentSpanId === spanId) throw new Malformed(`${path}.parentSpanId`, "a span is not its own parent");
  const startTimeUnixNano = time(span.startTimeUnixNano, `${path}.startTimeUnixNano`);
  const endTimeUnixNano = time(span.endTimeUnixNano, `${path}.endTimeUnixNano`);
  if (endTimeUnixNano < startTimeUnixNano) throw new Malformed(path, "it ends before it starts");
  const kind = KINDS[integer(span.kind ?? 0, `${path}.kind`)];
  if (!kind) throw new Malformed(`${path}.kind`, `expected 1 to 5, got ${span.kind ?? 0}`);
  return {
    traceId: id(span.traceId, `${path}.traceId`, 32),
    spanId,
    parentSpanId,
    name: name(span.name, `${path}.name`),
    kind,
    startTimeUnixNano,
    endTimeUnixNano,
    attributes: readAttributes(span.attributes, `${path}.attributes`),
    status: readStatus(span.status ?? {}, `${path}.status`),
    events: list(span.events, `${path}.events`, readEvent),
    links: list(span.links, `${path}.links`, readLink),
    ...origin,
    traceState: optionalText(span.traceState, `${path}.traceState`),
    flags: count(span.flags, `${path}.flags`),
    dropped: {
      attributes: count(span.droppedAttributesCount, `${path}.droppedAttributesCount`),
      events: count(span.droppedEventsCount, `${path}.droppedEventsCount`),
      links: count(span.droppedLinksCount, `${path}.droppedLinksCount`),
    },
  };
}

function readStatus(value: unknown, path: string): ReceivedSpan["status"] {
  const status = fields(value, path, ["code", "message"]);
  const code = STATUS_CODES[integer(status.code ?? 0, `${path}.code`)];
  if (!code) throw new Malformed(`${path}.code`, `expected 0 to 2, got ${status.code}`);
  const message = optionalText(status.message, `${path}.message`);
  return message === undefined ? { code } : { code, message };
}

function readEvent(value: unknown, path: string): ReceivedEvent {
  const event = fields(value, path, ["timeUnixNano", "name", "attributes", "droppedAttributesCount"]);
  count(event.droppedAttributesCount, `${path}.droppedAttributesCount`);
  return {
    name: name(event.name, `${path}.name`),
    timeUnixNano: time(event.timeUnixNano, `${path}.timeUnixNano`),
    attributes: readAttributes(event.attributes, `${path}.attributes`),
  };
}

const LINK_FIELDS = ["traceId", "spanId", "traceState", "attributes", "droppedAttributesCount", "flags"];

function readLink(value: unknown, path: string): ReceivedLink {
  const link = fields(value, path, LINK_FIELDS);
  const attributes = readAttributes(link.attributes, `${path}.attributes`);
  // A span pointer names what it joins in its attributes; its ids are all zero by definition.
  const pointer = attributes["ptr.hash"] !== undefined;
  const traceState = optionalText(link.traceState, `${path}.traceState`);
  count(link.droppedAttributesCount, `${path}.droppedAttributesCount`);
  return {
    traceId: id(link.traceId, `${path}.traceId`, 32, pointer),
    spanId: id(link.spanId, `${path}.spanId`, 16, pointer),
    attributes,
    ...(traceState !== undefined && { traceState }),
    flags: count(link.flags, `${path}.flags`),
  };
}

function readAttributes(value: unknown, path: string): ReceivedAttributes {
  const attributes = new Map<string, ReceivedValue>();
  list(value, path, (each, place) => {
    const attribute = fields(each, place, ["key", "value"]);
    const key = name(attribute.key, `${place}.key`);
    if (attributes.has(key)) throw new Malformed(place, `"${key}" is in it twice`);
    attributes.set(key, readValue(attribute.value ?? {}, `${place}.value`));
  });
  return Object.fromEntries(attributes);
}

const VALUE_READERS: Readonly<Record<string, (value: unknown, path: string) => ReceivedValue>> = {
  stringValue: text,
  boolValue(value, path) {
    if (typeof value !== "boolean") throw new Malformed(path, "expected a boolean");
    return value;
  },
  intValue: int64,
  doubleValue: double,
  arrayValue: (value, path) => list(fields(value, path, ["values"]).values, `${path}.values`, readValue),
  kvlistValue: (value, path) => readAttributes(fields(value, path, ["values"]).values, `${path}.values`),
  bytesValue: (value, path) => Buffer.from(text(value, path), "base64"),
};

function readValue(value: unknown, path: string): ReceivedValue {
  const entries = Object.entries(fields(value, path, Object.keys(VALUE_READERS)));
  const [entry, another] = entries;
  if (!entry) return undefined;
  if (another) throw new Malformed(path, "expected one value, got several");
  const [type, content] = entry;
  return VALUE_READERS[type]?.(content, `${path}.${type}`);
}

function fields(value: unknown, path: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Malformed(path, "expected an object");
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new Malformed(path, `unknown field "${unknown}"`);
  return value as Record<string, unknown>;
}

function list<Item>(value: unknown, path: string, read: (item: unknown, path: string) => Item): Item[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new Malformed(path, "expected an array");
  return value.map((item, index) => read(item, `${path}[${index}]`));
}

function id(value: unknown, path: string, length: number, zeroAllowed = false): string {
  const hex = typeof value === "string" ? value.toLowerCase() : "";
  if (hex.length !== length || /[^0-9a-f]/.test(hex))
    throw new Malformed(path, `expected ${length} hex digits`);
  if (!zeroAllowed && /^0+$/.test(hex)) throw new Malformed(path, "an id is not all zero");
  return hex;
}

function time(value: unknown, path: string): bigint {
  if (typeof value !== "string" || !/^[0-9]{1,20}$/.test(value) || BigInt(value) === 0n) {
    throw new Malformed(path, "expected nanoseconds as a decimal string, not zero");
  }
  return BigInt(value);
}

function int64(value: unknown, path: string): number | bigint {
  const whole = typeof value === "number" ? Number.isInteger(value) : /^-?[0-9]{1,19}$/.test(String(value));
  if (!whole) throw new Malformed(path, "expected an integer");
  const exact = BigInt(value as number | string);
  if (BigInt.asIntN(64, exact) !== exact) throw new Malformed(path, "expected 64 bits");
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}

function double(value: unknown, path: string): number {
  // JSON has no spelling for these three; protobuf's JSON mapping writes them as strings.
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  if (typeof value !== "number") throw new Malformed(path, "expected a number");
  return value;
}

function integer(value: unknown, path: string): number {
  if (!Number.isInteger(value)) throw new Malformed(path, "expected an integer");
  return value as number;
}

function count(value: unknown, path: string): number {
  const number = integer(value ?? 0, path);
  if (number < 0 || number > 0xffff_ffff) throw new Malformed(path, "expected 32 bits, unsigned");
  return number;
}

function text(value: unknown, path: string): string {
  if (typeof value !== "string") throw new Malformed(path, "expected a string");
  return value;
}

/** Protobuf does not tell an empty string from none. */
function optionalText(value: unknown, path: string): string | undefined {
  return value === undefined ? undefined : text(value, path) || undefined;
}

function name(value: unknown, path: string): string {
  if (typeof value !== "string" || value === "") throw new Malformed(path, "expected a string, not empty");
  return value;
}
