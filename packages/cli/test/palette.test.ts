import { expect, test } from "vitest";
import { palette } from "../src/palette.ts";

const stdout = (isTTY: boolean) => ({ isTTY }) as NodeJS.WriteStream;

test.each<[string, boolean, Record<string, string>, string]>([
  ["a terminal", true, {}, "\u001b[32mfound\u001b[39m"],
  ["a terminal of someone who wants no colour", true, { NO_COLOR: "1" }, "found"],
  ["a terminal with an empty NO_COLOR", true, { NO_COLOR: "" }, "\u001b[32mfound\u001b[39m"],
  ["a pipe", false, {}, "found"],
])("%s", (_, isTTY, env, expected) => {
  expect(palette({ stdout: stdout(isTTY), env }).good("found")).toBe(expected);
});
