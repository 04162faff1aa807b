import { join } from "node:path";
import { defineConfig, type ViteUserConfig } from "vitest/config";

const source = { conditions: ["@throughline/source"] };

/** The tests of a folder with a lockfile of its own, and the report they are counted from: `out/<name>.json`. */
export function suite(root: string, name: string): ViteUserConfig {
  return defineConfig({
    resolve: source,
    ssr: { resolve: source },
    test: {
      root,
      include: ["*.test.ts"],
      testTimeout: 60_000,
      hookTimeout: 60_000,
      reporters: ["default", "json"],
      outputFile: { json: join(import.meta.dirname, "../out", `${name}.json`) },
    },
  });
}
