import type { TextMapPropagator } from "@opentelemetry/api";
import { once, spanPointersFromEnvironment, toFormats } from "@throughline/otel";
import { isRecord, parseObject } from "@throughline/payloads";
import { defaultInjectFormats, type Format } from "@throughline/propagation";

/** Services whose messages have no headers, so that the context goes into their JSON payload under `_datadog`. */
const ENVELOPES = {
  eventbridge: true,
  kinesis: true,
  stepFunctions: true,
  scheduler: true,
  /** MQTT 5 user properties carry it in any case. */
  iot: false,
  /** Asynchronous invocations; synchronous ones have a client context. */
  lambda: false,
};

export type EnvelopeName = keyof typeof ENVELOPES;

/** How a traced client carries the context out. */
export interface ClientOptions {
  /** The wire formats to write: ours, or any OpenTelemetry propagator. Default W3C, Datadog, X-Ray. */
  readonly formats?: readonly (Format | TextMapPropagator)[] | undefined;
  /**
   * Whether the context may go into the payload of a service without headers, for each. Default all but `iot`, whose messages
   * have user properties, and `lambda`, where it would change what an asynchronously invoked function sees as its event.
   */
  readonly envelopes?: Readonly<Partial<Record<EnvelopeName, boolean>>> | undefined;
  /**
   * Names of the primary key of DynamoDB tables, one or two, for the span pointers of puts, which do not say which of an item's
   * attributes are its key. Default what `DD_TRACE_DYNAMODB_TABLE_PRIMARY_KEYS` says, as JSON: `{"orders":["id"]}`.
   */
  readonly tableKeys?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Whether writes to S3 and DynamoDB leave span pointers. Default `THROUGHLINE_SPAN_POINTERS` (or
   * `DD_TRACE_AWS_ADD_SPAN_POINTERS`), else yes. */
  readonly spanPointers?: boolean | undefined;
}

/** The options, filled in. */
export interface Settings {
  readonly formats: readonly Format[];
  readonly envelopes: Readonly<Record<EnvelopeName, boolean>>;
  /** The services whose payload the user wants changed in any case. */
  readonly insisted: ReadonlySet<string>;
  readonly tableKeys: Readonly<Record<string, readonly string[]>>;
  readonly spanPointers: boolean;
}

const KEYS = ["formats", "envelopes", "tableKeys", "spanPointers"];

/**
 * The options, joined with the environment.
 *
 * @throws TypeError naming the option that is wrong and what it may be.
 */
export function settingsOf(options: ClientOptions, env: NodeJS.ProcessEnv = process.env): Settings {
  if (typeof options !== "object" || options === null)
    throw new TypeError("traced(client, options): expected an object of options");
  const unknown = Object.keys(options).find((key) => !KEYS.includes(key));
  if (unknown) fail(unknown, `no such option; there are ${KEYS.join(", ")}`);
  const { formats = defaultInjectFormats, envelopes = {}, tableKeys, spanPointers } = options;
  if (!isRecord(envelopes)) fail("envelopes", "expected an object, such as { kinesis: false }");
  for (const [name, value] of Object.entries(envelopes)) {
    if (!Object.hasOwn(ENVELOPES, name))
      fail(`envelopes: { ${name} }`, `expected one of ${Object.keys(ENVELOPES).join(", ")}`);
    if (value !== undefined && typeof value !== "boolean")
      fail(`envelopes: { ${name} }`, "expected true or false");
  }
  if (tableKeys !== undefined && !areTableKeys(tableKeys))
    fail("tableKeys", 'expected one or two names for each table, such as { orders: ["id"] }');
  if (spanPointers !== undefined && typeof spanPointers !== "boolean")
    fail("spanPointers", "expected true or false");
  return {
    formats: toFormats("traced", formats),
    envelopes: { ...ENVELOPES, ...defined(envelopes) },
    insisted: new Set(Object.keys(envelopes).filter((name) => envelopes[name as EnvelopeName] === true)),
    tableKeys: tableKeys ?? tableKeysFromEnvironment(env),
    spanPointers: spanPointers ?? spanPointersFromEnvironment(env) ?? true,
  };
}

function fail(option: string, remedy: string): never {
  throw new TypeError(`traced(client, { ${option} }): ${remedy}`);
}

function defined<Value>(values: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  );
}

function areTableKeys(value: unknown): value is Settings["tableKeys"] {
  const isName = (name: unknown) => typeof name === "string" && name !== "";
  const isKey = (names: unknown) =>
    Array.isArray(names) && (names.length === 1 || names.length === 2) && names.every(isName);
  return isRecord(value) && Object.values(value).every(isKey);
}

function tableKeysFromEnvironment({
  DD_TRACE_DYNAMODB_TABLE_PRIMARY_KEYS: text,
}: NodeJS.ProcessEnv): Settings["tableKeys"] {
  if (!text?.trim()) return {};
  const value = parseObject(text);
  if (areTableKeys(value)) return value;
  if (once("table-keys"))
    console.warn('Throughline: DD_TRACE_DYNAMODB_TABLE_PRIMARY_KEYS is no JSON such as {"orders":["id"]}');
  return {};
}
