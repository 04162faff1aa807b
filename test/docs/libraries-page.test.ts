import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/libraries.md"), "utf8");
const snippets = [...page.matchAll(/^<!-- (\S+) -->\n```js\n([\s\S]*?)```$/gm)];

test.each(snippets.map(([, file = "", code = ""]) => [file, code]))(
  "docs/libraries.md shows %s",
  (file, code) => {
    expect(code).toBe(readFileSync(join(root, file), "utf8"));
  },
);

test("every snippet of docs/libraries.md is a file that is run", () => {
  expect(page.match(/^```js$/gm)).toHaveLength(snippets.length);
  expect(snippets.length).toBeGreaterThan(0);
});
