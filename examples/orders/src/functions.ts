import { join } from "node:path";
import { type LambdaFunction, startFunction } from "@throughline/testing";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");

/** Bundles a function as for a deployment, and starts it on the Lambda runtime client. */
export async function start(
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<LambdaFunction> {
  const taskRoot = join(root, "out", name);
  await build({
    entryPoints: [join(root, "src/functions", `${name}.ts`)],
    outfile: join(taskRoot, "index.mjs"),
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
  return startFunction({ name, taskRoot, environment });
}
