import { StateFailure } from "./failure.ts";
import type { Fields } from "./query-language.ts";

type Find = (path: string) => { readonly value: unknown } | undefined;

/**
 * Whether a JSONPath choice's rule holds: `And`, `Or`, `Not`, or a comparison of a variable.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
 */
export function holds(rule: Fields, find: Find): boolean {
  const { And, Or, Not, Variable } = rule as {
    And?: Fields[];
    Or?: Fields[];
    Not?: Fields;
    Variable?: string;
  };
  if (And) return And.every((each) => holds(each, find));
  if (Or) return Or.some((each) => holds(each, find));
  if (Not) return !holds(Not, find);
  const [name, expected] =
    Object.entries(rule).find(([key]) => /^(Is|String|Numeric|Boolean|Timestamp)/.test(key)) ?? [];
  if (Variable === undefined || name === undefined)
    throw new StateFailure("States.Runtime", "Invalid choice rule");
  const found = find(Variable);
  if (name === "IsPresent") return (found !== undefined) === expected;
  if (!found)
    throw new StateFailure("States.Runtime", `Invalid path '${Variable}': the choice finds nothing there`);
  if (name.startsWith("Is")) return is(name, found.value) === expected;
  return compare(name, found.value, expected, find);
}

function is(name: string, value: unknown): boolean {
  if (name === "IsNull") return value === null;
  if (name === "IsTimestamp") return time(value) !== undefined;
  const [, type = ""] = /^Is(Boolean|Numeric|String)$/.exec(name) ?? [];
  return typeof value === { Boolean: "boolean", Numeric: "number", String: "string" }[type];
}

const COMPARISON =
  /^(String|Numeric|Boolean|Timestamp)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals|Matches)(Path)?$/;

function compare(name: string, value: unknown, expected: unknown, find: Find): boolean {
  const [, type, operator, path] = COMPARISON.exec(name) ?? [];
  if (!type) throw new StateFailure("States.Runtime", `Invalid choice rule: ${name}`);
  const other = path ? find(String(expected))?.value : expected;
  const [left, right] = type === "Timestamp" ? [time(value), time(other)] : [value, other];
  const kind = { String: "string", Boolean: "boolean", Numeric: "number", Timestamp: "number" }[type];
  // A value of another type is no match, whatever the operator.
  if (typeof left !== kind || typeof right !== kind) return false;
  const [a, b] = [left as number, right as number];
  switch (operator) {
    case "Equals":
      return a === b;
    case "LessThan":
      return a < b;
    case "GreaterThan":
      return a > b;
    case "LessThanEquals":
      return a <= b;
    case "GreaterThanEquals":
      return a >= b;
    default:
      return matches(String(left), String(right));
  }
}

/** `*` stands for any characters, unless it is behind a backslash. */
function matches(text: string, pattern: string): boolean {
  const parts = pattern.replaceAll("\\*", MEANT).split("*");
  return inOrder(
    text,
    parts.map((part) => part.replaceAll(MEANT, "*")),
  );
}

/** An asterisk that stands for itself; no text has this character. */
const MEANT = "\u{10ffff}";

/** Whether a text begins with the first part, ends with the last, and holds the others between them. */
function inOrder(text: string, [first = "", ...rest]: readonly string[]): boolean {
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

function time(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value))
    return undefined;
  return Date.parse(value);
}
