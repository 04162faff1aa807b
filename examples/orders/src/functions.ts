import { join } from "node:path";
import { type LambdaFunction, startFunction } from "@throughline/testing";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");

/** Bundles functions as for a deployment, each into one file. */
export async function bundle(names: readonly string[]): Promise<void> {
  await build({
    entryPoints: Object.fromEntries(
      names.map((name) => [`${name}/index`, join(root, "src/functions", `${name}.ts`)]),
    ),
    outdir: join(root, "out"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    mainFields: ["module", "main"],
    conditions: ["@throughline/source"],
    // The SDK's CommonJS parts ask for Node's own modules by `require`.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
}

/** Starts a bundled function on the Lambda runtime client. */
export function start(name: string, environment: Readonly<Record<string, string>>): Promise<LambdaFunction> {
  return startFunction({ name, taskRoot: join(root, "out", name), environment });
}
