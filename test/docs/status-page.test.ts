import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/status.md"), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| promise"))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));

/** The files and folders that a proof names; `…/` stands for the folder of the one before. */
function pathsOf(proof: string): string[] {
  let folder = "";
  return [...proof.matchAll(/`([^` ]+)`/g)].flatMap(([, named = ""]) => {
    const path = named.replace("…/", `${folder}/`);
    if (!/^(?:packages|test|examples|docs|scripts|\.ci)\//.test(path)) return [];
    folder = path.endsWith(".ts") ? dirname(path) : path;
    return [path];
  });
}

test("every promise names its proof", () => {
  expect(rows.length).toBeGreaterThan(50);
  for (const [, promise, proof] of rows) expect(proof, promise).not.toBe("");
});

const scripts = Object.keys(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts as object);

test.each([...new Set([...page.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name]) => name))])(
  "npm run %s is a script",
  (name) => expect(scripts).toContain(name),
);

test.each(rows.flatMap(([, , proof = ""]) => pathsOf(proof)))("%s is there", (path) => {
  const found = path.includes("{") ? globSync(path, { cwd: root }).length > 0 : existsSync(join(root, path));
  expect(found).toBe(true);
});
