import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

/** Bundles one of the functions beside this file, from source, into a task root of its own. */
export async function bundle(name: string): Promise<string> {
  const taskRoot = mkdtempSync(join(tmpdir(), `throughline-${name}-`));
  await build({
    entryPoints: [join(import.meta.dirname, "functions", `${name}.ts`)],
    outfile: join(taskRoot, "index.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    conditions: ["@throughline/source"],
    logLevel: "warning",
  });
  return taskRoot;
}
