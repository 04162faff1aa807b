import type { IotMessage } from "./iot-rule.ts";
import { isRecord, parseJson } from "./json.ts";

/** A column of a rule's `SELECT`: a value of the message under a name, or all of the payload. */
export type IotColumn = "*" | { readonly name: string; readonly value: (message: IotMessage) => unknown };

/** Reads a rule's SQL; throws a `TypeError` for what is not played here. */
export function parseIotSql(sql: string): {
  readonly columns: readonly IotColumn[];
  readonly filter: string;
} {
  const [, list, filter] = /^\s*SELECT\s+(.+?)\s+FROM\s+'([^']+)'\s*$/is.exec(sql) ?? [];
  if (list === undefined || filter === undefined) {
    throw new TypeError(
      `iotRule({ sql: "${sql}" }): expected SELECT … FROM 'topic/filter', and nothing behind it`,
    );
  }
  return { columns: split(list).map(parseColumn), filter };
}

/**
 * The event that the columns of a message make. What is undefined is left out.
 *
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/binary-payloads.html
 */
export function applySelect(columns: readonly IotColumn[], message: IotMessage): unknown {
  const all = columns.includes("*") ? wholePayload(message) : {};
  const added = columns.filter((column) => column !== "*");
  if (added.length === 0) return all;
  if (!isRecord(all)) throw new TypeError("a payload that is no JSON object cannot be added to");
  const entries = added.map(({ name, value }) => [name, value(message)] as const);
  return { ...all, ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)) };
}

function wholePayload(message: IotMessage): unknown {
  if (bytesOf(message).length === 0) return {};
  const value = parsePayload(message);
  if (value === undefined) throw new TypeError("a function takes no binary payload: encode it in the rule");
  return value;
}

const COLUMN = /^(?<expression>.+?)(?:\s+AS\s+(?<alias>\w+))?$/is;
const CALL = /^(?<name>\w+)\(\s*(?<argument>[^)]*?)\s*\)$/;
const FIELD = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;

function parseColumn(text: string): IotColumn {
  if (text === "*") return "*";
  const { expression = "", alias } = COLUMN.exec(text)?.groups ?? {};
  const { name, argument = "" } = CALL.exec(expression)?.groups ?? {};
  const read = name === undefined ? undefined : FUNCTIONS[name.toLowerCase()]?.(argument);
  if (name !== undefined && read) return { name: alias ?? name, value: read };
  if (FIELD.test(expression)) {
    const path = expression.split(".");
    return { name: alias ?? path.at(-1) ?? "", value: (message) => field(parsePayload(message), path) };
  }
  throw new TypeError(`iotRule({ sql }): "${text}" is no column that is played here`);
}

/** Each gives the function of a message that its argument makes; `undefined` for an argument it does not take. */
const FUNCTIONS: Readonly<
  Record<string, (argument: string) => ((message: IotMessage) => unknown) | undefined>
> = {
  topic(argument) {
    if (argument === "") return ({ topic }) => topic;
    // The first level is number 1.
    return /^\d+$/.test(argument) ? ({ topic }) => topic.split("/")[Number(argument) - 1] : undefined;
  },
  clientid: (argument) => (argument === "" ? ({ clientId = "n/a" }) => clientId : undefined),
  timestamp: (argument) => (argument === "" ? () => Date.now() : undefined),
  encode: (argument) =>
    /^\*\s*,\s*'base64'$/.test(argument) ? (message) => bytesOf(message).toString("base64") : undefined,
  get_user_properties(argument) {
    if (argument === "") return ({ userProperties }) => userProperties && pairs(userProperties);
    const [, key] = /^'([^']+)'$/.exec(argument) ?? [];
    return key === undefined ? undefined : ({ userProperties = {} }) => valuesOf(userProperties, key);
  },
};

type Properties = NonNullable<IotMessage["userProperties"]>;

function pairs(properties: Properties): Record<string, string>[] {
  return Object.keys(properties).flatMap((key) =>
    (valuesOf(properties, key) ?? []).map((value) => ({ [key]: value })),
  );
}

function valuesOf(properties: Properties, key: string): string[] | undefined {
  return Object.hasOwn(properties, key) ? [properties[key] ?? []].flat() : undefined;
}

function field(payload: unknown, path: readonly string[]): unknown {
  return path.reduce(
    (value: unknown, name) => (isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    payload,
  );
}

function parsePayload(message: IotMessage): unknown {
  return parseJson(bytesOf(message).toString("utf8"));
}

function bytesOf({ payload }: IotMessage): Buffer {
  return Buffer.from(payload as Uint8Array);
}

/** By commas outside of brackets. */
function split(list: string): string[] {
  return [...list.matchAll(/(?:[^,(]|\([^)]*\))+/g)].map(([column]) => column.trim());
}
