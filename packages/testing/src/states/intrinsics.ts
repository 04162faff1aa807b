import { createHash, randomUUID } from "node:crypto";
import { StateFailure } from "./failure.ts";

/**
 * The value of an intrinsic function, `States.Format('{} of {}', $.a, States.ArrayLength($.b))`; `resolve` gives that of a path.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
export function intrinsic(expression: string, resolve: (path: string) => unknown): unknown {
  const [value, end] = read(expression, 0, resolve);
  if (end !== expression.length) throw failure(`Invalid function '${expression}'`);
  return value;
}

const TOKEN =
  /\s*(?:(?<call>States\.\w+)\(|(?<path>\$(?:[^\s,()[\]]|\[[^\]]*\])*)|'(?<text>(?:\\.|[^'\\])*)'|(?<literal>-?\d+(?:\.\d+)?|true|false|null))\s*/y;

/** A value and where it ends. */
function read(source: string, at: number, resolve: (path: string) => unknown): [unknown, number] {
  TOKEN.lastIndex = at;
  const match = TOKEN.exec(source);
  if (!match?.groups) throw failure(`Invalid function '${source}'`);
  const { call, path, text, literal } = match.groups;
  const end = at + match[0].length;
  if (path) return [resolve(path), end];
  if (text !== undefined) return [text.replaceAll(/\\(['\\])/g, "$1"), end];
  if (literal) return [JSON.parse(literal), end];
  const [values, after] = readArguments(source, end, resolve);
  return [apply(call ?? "", values), after];
}

function readArguments(source: string, at: number, resolve: (path: string) => unknown): [unknown[], number] {
  const values: unknown[] = [];
  let end = at;
  while (source[end] !== ")") {
    const [value, after] = read(source, end, resolve);
    values.push(value);
    end = source[after] === "," ? after + 1 : after;
    if (end === after && source[end] !== ")") throw failure(`Invalid function '${source}'`);
  }
  const [space = ""] = /^\s*/.exec(source.slice(end + 1)) ?? [];
  return [values, end + 1 + space.length];
}

function apply(name: string, values: readonly unknown[]): unknown {
  const implementation = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!implementation) throw failure(`Unknown function '${name}'`);
  try {
    return implementation(...values);
  } catch (error) {
    throw failure(`${name}: ${String(error)}`);
  }
}

function failure(cause: string): StateFailure {
  return new StateFailure("States.IntrinsicFailure", cause);
}

// Each takes what the page says, and fails by itself on anything else.
// biome-ignore lint/suspicious/noExplicitAny: arguments are JSON, checked by what is done with them.
const FUNCTIONS: Readonly<Record<string, (...values: any[]) => unknown>> = {
  "States.Format": format,
  "States.JsonMerge": (left: object, right: object) => ({ ...left, ...right }),
  "States.JsonToString": (value: unknown) => JSON.stringify(value),
  "States.StringToJson": (text: string) => JSON.parse(text),
  "States.Array": (...values: unknown[]) => values,
  "States.ArrayContains": (list: unknown[], value: unknown) =>
    list.some((each) => JSON.stringify(each) === JSON.stringify(value)),
  "States.ArrayGetItem": (list: unknown[], index: number) => list[index],
  "States.ArrayLength": (list: unknown[]) => list.length,
  "States.ArrayPartition": (list: unknown[], size: number) =>
    Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
      list.slice(index * size, (index + 1) * size),
    ),
  "States.ArrayRange": (first: number, last: number, step: number) =>
    Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step),
  "States.ArrayUnique": (list: unknown[]) => [
    ...new Map(list.map((each) => [JSON.stringify(each), each])).values(),
  ],
  "States.Base64Encode": (text: string) => Buffer.from(text).toString("base64"),
  "States.Base64Decode": (text: string) => Buffer.from(text, "base64").toString("utf8"),
  "States.Hash": (text: string, algorithm: string) =>
    createHash(algorithm.replace("-", "").toLowerCase()).update(text).digest("hex"),
  "States.MathAdd": (left: number, right: number) => left + right,
  "States.StringSplit": (text: string, separators: string) =>
    [...separators]
      .reduce((parts, each) => parts.flatMap((part) => part.split(each)), [text])
      .filter(Boolean),
  "States.UUID": () => randomUUID(),
};

/** `{}` stands for the next value; a brace that is meant is behind a backslash. */
function format(template: string, ...values: unknown[]): string {
  const texts = values.values();
  return template.replaceAll(/\\([{}])|\{\}/g, (_, brace?: string) => {
    if (brace) return brace;
    const { value, done } = texts.next();
    if (done) throw new TypeError("there are more {} than values");
    return typeof value === "string" ? value : JSON.stringify(value);
  });
}
