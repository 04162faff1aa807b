import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  attributes,
  datadog,
  extract,
  headers,
  parseBaggage,
  parseTraceState,
  single,
  xray,
} from "../src/index.ts";

/**
 * Whoever sends a header chooses its length, so no pattern may take more than linear time.
 *
 * An engine that backtracks is linear where a pattern repeats nothing without bound, or is anchored in front and repeats one
 * thing once: then there is one place to start from, and one way to share the text between its parts.
 */
const files = globSync("**/*.ts", { cwd: new URL("../src", import.meta.url) }).map((name) => ({
  name,
  source: readFileSync(new URL(`../src/${name}`, import.meta.url), "utf8"),
}));

const NO_CODE = /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/;
const LITERAL =
  /\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])*)\/([dgimsuvy]*)/;
const TOKEN = new RegExp(`${NO_CODE.source}|${LITERAL.source}`, "g");

const patterns = files.flatMap(({ name, source }) =>
  [...source.matchAll(TOKEN)]
    .filter((token) => token[1] !== undefined)
    .map((token): [string, RegExp] => [name, new RegExp(token[1]!, token[2])]),
);

test("every slash of the sources is in a comment, a text or a pattern found here", () => {
  for (const { name, source } of files) {
    expect(source.replace(TOKEN, ""), name).not.toContain("/");
    expect(source, name).not.toMatch(/\bRegExp\b/);
  }
  expect(patterns.length).toBeGreaterThan(10);
});

test.each(patterns)("%s: %s is linear", (_, pattern) => expect(superlinear(pattern)).toBeUndefined());

test.each([
  [/^(a+)+$/, "repeats more than once"],
  [/^a*b*a*$/, "repeats more than once"],
  [/^[ \t]+|[ \t]+$/g, "repeats more than once"],
  [/[ \t]+$/, "repeats from any start"],
  [/x|^a+$/, "repeats from any start"],
  [/^(?:a|ab){2,}$/, "repeats a group"],
  [/^(a)\1$/, "refers back"],
  [/^\[*a{1,3}[+*]?$/, undefined],
  [/^(?!ff)[0-9]{2}(-.*)?$/, undefined],
])("of %s it is said that it %s", (pattern, fault) => expect(superlinear(pattern)).toBe(fault));

test.each(patterns)("%s: %s ends on a megabyte of anything", (_, pattern) => {
  for (const start of ["", "a", "_dd.p.", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-"]) {
    for (const unit of ["a", "0", " ", "\t", "-", "=", "a@", "a ", "~", "é", "\n", ";:"]) {
      for (const end of ["", "\0", "!"]) {
        const text = start + unit.repeat(1_000_000 / unit.length) + end;
        if (pattern.global) text.replace(pattern, "");
        else pattern.test(text);
      }
    }
  }
});

test.each([" ", "\t", ",", ";", "=", "a", "a=1,", "Root=", ";Root=1-", "%", "%41", "a=1;", "0"])(
  "a megabyte of %j in every header is read to the end",
  (unit) => {
    const text = unit.repeat(1_000_000 / unit.length);
    const around = [text, `a${text}`, `a${text}b`, `a=1${text}`];
    for (const value of around) {
      const map = Object.fromEntries(
        ["traceparent", "tracestate", "baggage", ...datadog.keys, ...xray.keys].map((key) => [key, value]),
      );
      expect(extract(headers(map))).toBeUndefined();
      expect(attributes({ traceparent: { binaryValue: value } })("traceparent")).not.toBe("");
      expect(parseBaggage(value).length).toBeLessThanOrEqual(64);
      parseTraceState(value);
      single(value);
    }
  },
);

/** Why a pattern may take more than linear time; `undefined` where it cannot. */
function superlinear(pattern: RegExp): string | undefined {
  // What stands in a class or behind a backslash repeats nothing.
  const shape = pattern.source.replace(/\[(?:\\.|[^\]\\])*\]|\\\D/g, "x");
  if (/\\[1-9]/.test(shape)) return "refers back";
  const repeats = shape.match(/[*+]|\{\d+,\}/g) ?? [];
  if (repeats.length === 0) return undefined;
  if (repeats.length > 1) return "repeats more than once";
  if (/\)(?:[*+]|\{\d+,\})/.test(shape)) return "repeats a group";
  const oneStart = shape.startsWith("^") && !shape.replace(/\([^()]*\)/g, "").includes("|");
  return oneStart ? undefined : "repeats from any start";
}
