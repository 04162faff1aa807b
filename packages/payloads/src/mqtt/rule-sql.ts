/** What an AWS IoT rule selects beside the context. */
export interface RuleOptions {
  /** The `SELECT` clause's own part. Default `*`, the message's payload. */
  readonly select?: string | undefined;
  /** The condition of a `WHERE` clause. Default none. */
  readonly where?: string | undefined;
}

const PROPERTIES = ["traceparent", "tracestate", "baggage"];

/**
 * The SQL of an AWS IoT rule that hands a message's trace context on to a function: W3C's user properties, beside its payload.
 *
 * In SQL version `2016-03-23`, to which the rule must be set, `get_user_properties('traceparent')` gives an array of the property's
 * values. Where there is none, as with MQTT 3.1.1, it is undefined and the field is left out; a context in the payload's `_datadog`
 * comes with `*`. `get_user_properties() AS user_properties` in `select` hands all properties on, whatever dialect they speak.
 * A message whose payload is no JSON has no fields: select one, `encode(*, 'base64') AS data`.
 *
 * @example
 * mqtt.ruleSql("orders/#", { select: "*, topic() AS topic" });
 *
 * @throws TypeError for a wrong topic filter and for an empty `select` or `where`.
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/iot-sql-functions.html#iot-sql-function-get-user-properties
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/iot-rule-sql-version.html
 */
export function ruleSql(topicFilter: string, { select = "*", where }: RuleOptions = {}): string {
  if (!isTopicFilter(topicFilter)) {
    throw new TypeError(
      `mqtt.ruleSql(${JSON.stringify(topicFilter)}): expected a topic filter of at most 256 bytes and 8 levels, with + and # as whole levels and # as the last one`,
    );
  }
  checkClause("select", select);
  if (where !== undefined) checkClause("where", where);
  const context = PROPERTIES.map((name) => `get_user_properties('${name}') AS ${name}`);
  const from = `FROM '${topicFilter.replaceAll("'", "''")}'`;
  return `SELECT ${[select, ...context].join(", ")} ${from}${where === undefined ? "" : ` WHERE ${where}`}`;
}

const MAX_BYTES = 256;
const MAX_LEVELS = 8;

/** As MQTT and AWS IoT have it. The levels of a Basic Ingest topic's prefix do not count. */
function isTopicFilter(filter: unknown): filter is string {
  if (typeof filter !== "string" || filter === "" || filter.includes("\0")) return false;
  const levels = filter.replace(/^\$aws\/rules\/[^/]+\//, "").split("/");
  if (Buffer.byteLength(levels.join("/")) > MAX_BYTES || levels.length > MAX_LEVELS) return false;
  return levels.every(
    (level, index) => !/[+#]/.test(level) || level === "+" || (level === "#" && index === levels.length - 1),
  );
}

function checkClause(name: string, clause: unknown): void {
  if (typeof clause === "string" && clause.trim() !== "") return;
  throw new TypeError(`mqtt.ruleSql({ ${name} }): expected a part of an SQL clause, such as "*"`);
}
