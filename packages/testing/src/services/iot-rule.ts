import { applySelect, parseIotSql } from "./iot-sql.ts";

/** A message as a broker has it. mqtt.js gives its user properties in `packet.properties.userProperties`, in this form. */
export interface IotMessage {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  /** Of MQTT 5; a message of an older protocol has none. */
  readonly userProperties?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Default `n/a`, as for messages that came by HTTP. */
  readonly clientId?: string | undefined;
}

export interface IotRuleOptions {
  readonly sql: string;
  /** Runs the function. */
  readonly invoke: (event: unknown) => Promise<unknown>;
}

export interface IotRule {
  /**
   * What the rule makes of a message; `undefined` when the message's topic is none of its own. Throws where AWS IoT invokes
   * nothing: a function takes no binary payload.
   */
  apply(message: IotMessage): { readonly event: unknown } | undefined;
  /** Invokes the function if the message is for it; rejects when the function does, or `apply` throws. */
  receive(message: IotMessage): Promise<void>;
}

/**
 * A rule of AWS IoT with a function as its action. It can be given what is published to `startIotData`, or what an MQTT client
 * receives from a broker.
 *
 * Its SQL is `SELECT`, with `*`, fields, `topic()`, `clientid()`, `timestamp()`, `get_user_properties()` and
 * `encode(*, 'base64')`, each `AS` a name, and `FROM` a topic filter. Throws a `TypeError` for any other.
 *
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/iot-sql-reference.html
 *
 * @example
 * const rule = iotRule({
 *   sql: "SELECT *, get_user_properties('traceparent') AS traceparent, topic() AS topic FROM 'sensors/+/reading'",
 *   invoke: read.invoke,
 * });
 * client.on("message", (topic, payload, { properties }) => rule.receive({ topic, payload, ...properties }));
 */
export function iotRule({ sql, invoke }: IotRuleOptions): IotRule {
  const { columns, filter } = parseIotSql(sql);
  const apply: IotRule["apply"] = (message) =>
    matchesTopic(filter, message.topic) ? { event: applySelect(columns, message) } : undefined;
  return {
    apply,
    async receive(message) {
      const applied = apply(message);
      if (applied) await invoke(applied.event);
    },
  };
}

/** `+` stands for one level, `#` for all that follow; neither for a first level with `$`. */
function matchesTopic(filter: string, topic: string): boolean {
  const [wanted, levels] = [filter.split("/"), topic.split("/")];
  if (topic.startsWith("$") && /^[+#]/.test(filter)) return false;
  const open = wanted.at(-1) === "#";
  const fixed = open ? wanted.slice(0, -1) : wanted;
  if (open ? levels.length < fixed.length : levels.length !== fixed.length) return false;
  return fixed.every((level, index) => level === "+" || level === levels[index]);
}
