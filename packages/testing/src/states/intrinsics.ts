import { createHash, randomUUID } from "node:crypto";
import { isRecord } from "../json.ts";
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

type Resolve = (path: string) => unknown;
/** A value, and where the source goes on behind it. */
type Read = readonly [value: unknown, end: number];

const CALL = /(States\.[A-Za-z0-9]+)\(/y;
const PATH = /\$(?:[^\s,()[]|\[[^\]]*\])*/y;
const TEXT = /'((?:\\.|[^'\\])*)'/sy;
const LITERAL = /-?[0-9]+(?:\.[0-9]+)?|true|false|null/y;

function read(source: string, at: number, resolve: Resolve): Read {
  const begin = skipSpace(source, at);
  const value = [readCall, readPath, readText, readLiteral]
    .map((reader) => reader(source, begin, resolve))
    .find((each) => each !== undefined);
  if (!value) throw failure(`Invalid function '${source}'`);
  return [value[0], skipSpace(source, value[1])];
}

function readCall(source: string, at: number, resolve: Resolve): Read | undefined {
  const match = matchAt(CALL, source, at);
  if (!match) return undefined;
  const values: unknown[] = [];
  let end = skipSpace(source, at + match[0].length);
  while (source[end] !== ")") {
    const [value, after] = read(source, end, resolve);
    values.push(value);
    if (source[after] !== "," && source[after] !== ")") throw failure(`Invalid function '${source}'`);
    end = source[after] === "," ? after + 1 : after;
  }
  return [apply(match[1] ?? "", values), end + 1];
}

function readPath(source: string, at: number, resolve: Resolve): Read | undefined {
  const match = matchAt(PATH, source, at);
  return match && [resolve(match[0]), at + match[0].length];
}

/** Quotes and backslashes are written behind a backslash. */
function readText(source: string, at: number): Read | undefined {
  const match = matchAt(TEXT, source, at);
  return match && [match[1]?.replaceAll(/\\(['\\])/g, "$1"), at + match[0].length];
}

function readLiteral(source: string, at: number): Read | undefined {
  const match = matchAt(LITERAL, source, at);
  return match && [JSON.parse(match[0]), at + match[0].length];
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source) ?? undefined;
}

function skipSpace(source: string, at: number): number {
  let end = at;
  while (source[end] === " ") end += 1;
  return end;
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
  "States.JsonMerge": merge,
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

/** Shallow alone, and of objects alone. */
function merge(left: unknown, right: unknown, deep: unknown): object {
  if (isRecord(left) && isRecord(right) && deep === false) return { ...left, ...right };
  throw new TypeError("expected two objects and false");
}

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
