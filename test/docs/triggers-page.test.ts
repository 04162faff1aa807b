import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

test("docs/triggers.md is what the sources and fixtures say", async () => {
  const args = ["-C", "@throughline/source", "scripts/triggers-page.ts", "--check"];
  await expect(promisify(execFile)(process.execPath, args, { cwd: root })).resolves.toMatchObject({
    stderr: "",
  });
});
