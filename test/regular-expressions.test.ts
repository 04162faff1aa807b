import { globSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";

/**
 * Whoever sends an event chooses how long its texts are, so no pattern may take more than linear time. `recheck` judges every
 * one that the sources hold.
 *
 * @see https://makenowjust-labs.github.io/recheck/
 */
const root = new URL("..", import.meta.url);
// What tests give the helpers of `testing` is their own affair.
const files = globSync("packages/!(testing)/src/**/*.ts", { cwd: root }).map((name) => ({
  name,
  source: readFileSync(new URL(name, root), "utf8"),
}));

// Comments, texts and templates come first: a slash in them begins no pattern.
const NO_CODE = /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/;
const PATTERN =
  /\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])*)\/([dgimsuvy]*)/;
const BEFORE_PATTERN = /(?<=[(,=:[!&|?{};+>]\s*|return\s+)/;
const TOKEN = new RegExp(`${NO_CODE.source}|${BEFORE_PATTERN.source}${PATTERN.source}`, "g");
// A template may hold code, and that code a pattern.
const IN_TEMPLATE = new RegExp(`(?<=\\()${PATTERN.source}`, "g");

const patterns = files.flatMap(({ name, source }) =>
  [...source.matchAll(TOKEN)]
    .flatMap((token) => (token[0].startsWith("`") ? [...token[0].matchAll(IN_TEMPLATE)] : [token]))
    .filter((token) => token[1] !== undefined)
    .map((token) => [name.replace("packages/", ""), new RegExp(token[1]!, token[2])] as const),
);

let judge: (pattern: RegExp) => string;

beforeAll(async () => {
  process.env.RECHECK_BACKEND = "pure"; // Neither Java nor a native program is needed.
  const { checkSync } = await import("recheck");
  judge = ({ source, flags }) => checkSync(source, flags, { timeout: 20_000 }).status;
});

test("every slash of the sources is in a comment, a text or a pattern found here, or divides", () => {
  expect(patterns.length).toBeGreaterThan(20);
  for (const { name, source } of files) {
    expect(source.replace(TOKEN, "").replaceAll(" / ", ""), name).not.toContain("/");
    expect(source, name).not.toMatch(/\bRegExp\(/);
  }
});

test.each(patterns)("%s: %s is safe", (_, pattern) => expect(judge(pattern)).toBe("safe"));

describe("of what is not", () => {
  test.each([[/^(a+)+$/], [/^(?:a|a)*$/], [/^a*b*a*$/], [/[ \t]+$/], [/x|a+$/]])("%s is told", (pattern) => {
    expect(judge(pattern)).toBe("vulnerable");
  });
});

describe("a megabyte of anything is matched to the end", () => {
  test.each(patterns)("%s: %s", (_, pattern) => {
    for (const start of [
      "",
      "a",
      "_dd.p.",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
      "FW4;",
    ]) {
      for (const unit of ["a", "0", " ", "\t", "-", "=", "a@", "a ", "~", "é", "\n", ";:"]) {
        for (const end of ["", "\0", "!"]) {
          const text = start + unit.repeat(1_000_000 / unit.length) + end;
          if (pattern.global) text.replace(pattern, "");
          else pattern.test(text);
        }
      }
    }
  });
});
