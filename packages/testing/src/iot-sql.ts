import type { IotMessage } from "./iot-rule.ts";
import { isRecord, parseJson } from "./json.ts";

/** A column of a rule's `SELECT`: a value of the message under a name, or all of the payload. */
export type IotColumn = "*" | { readonly name: string; readonly value: (message: IotMessage) => unknown };

/** Reads a rule's SQL; throws a `TypeError` for what is not played here. */
export function parseIotSql(sql: string): {
  readonly columns: readonly IotColumn[];
  readonly filter: string;
} {
  const tokens = sql.match(TOKEN) ?? [];
  const from = tokens.findIndex(isWord("FROM"));
  const [filter = "", ...rest] = tokens.slice(from + 1);
  const whole = isWord("SELECT")(tokens[0] ?? "") && from > 1 && isText(filter) && rest.length === 0;
  if (!whole) {
    throw new TypeError(
      `iotRule({ sql: "${sql}" }): expected SELECT … FROM 'topic/filter', and nothing behind it`,
    );
  }
  return { columns: columnsOf(tokens.slice(1, from)).map(parseColumn), filter: unquote(filter) };
}

/** Texts, names with dots, numbers, and every other character for itself. */
const TOKEN = /'[^']*'|[A-Za-z0-9_.]+|[^\s]/g;

function isWord(word: string): (token: string) => boolean {
  return (token) => token.toUpperCase() === word;
}

function isText(token: string): boolean {
  return token.startsWith("'") && token.endsWith("'") && token.length > 2;
}

function unquote(text: string): string {
  return text.slice(1, -1);
}

/** What is between the commas that are outside of brackets. */
function columnsOf(tokens: readonly string[]): string[][] {
  const columns: string[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token === "," && depth === 0) columns.push([]);
    else columns.at(-1)?.push(token);
    depth += token === "(" ? 1 : token === ")" ? -1 : 0;
  }
  return columns;
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

const FIELD = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;

function parseColumn(tokens: readonly string[]): IotColumn {
  if (tokens.join("") === "*") return "*";
  const named = isWord("AS")(tokens.at(-2) ?? "");
  const expression = named ? tokens.slice(0, -2) : tokens;
  const [first = "", ...rest] = expression;
  const alias = named ? tokens.at(-1) : undefined;
  const read =
    rest[0] === "(" && rest.at(-1) === ")" ? FUNCTIONS[first.toLowerCase()]?.(rest.slice(1, -1)) : undefined;
  if (read) return { name: alias ?? first, value: read };
  if (rest.length === 0 && FIELD.test(first)) {
    const path = first.split(".");
    return { name: alias ?? path.at(-1) ?? "", value: (message) => field(parsePayload(message), path) };
  }
  throw new TypeError(`iotRule({ sql }): "${tokens.join(" ")}" is no column that is played here`);
}

type ReadMessage = (message: IotMessage) => unknown;

/** Each gives what its arguments make of a message; `undefined` for arguments that it does not take. */
const FUNCTIONS: Readonly<Record<string, (given: readonly string[]) => ReadMessage | undefined>> = {
  topic([level, ...rest]) {
    if (level === undefined) return ({ topic }) => topic;
    // The first level is number 1.
    if (rest.length > 0 || !/^[0-9]+$/.test(level)) return undefined;
    return ({ topic }) => topic.split("/")[Number(level) - 1];
  },
  clientid: (given) => (given.length === 0 ? ({ clientId = "n/a" }) => clientId : undefined),
  timestamp: (given) => (given.length === 0 ? () => Date.now() : undefined),
  encode: (given) =>
    given.join("") === "*,'base64'" ? (message) => bytesOf(message).toString("base64") : undefined,
  get_user_properties([key, ...rest]) {
    if (key === undefined) return ({ userProperties }) => userProperties && pairs(userProperties);
    if (rest.length > 0 || !isText(key)) return undefined;
    return ({ userProperties = {} }) => valuesOf(userProperties, unquote(key));
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
