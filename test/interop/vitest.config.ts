import { join } from "node:path";
import { defineConfig, type ViteUserConfig } from "vitest/config";

const source = { conditions: ["@throughline/source"] };

const config: ViteUserConfig = defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", "json"],
    outputFile: { json: join(import.meta.dirname, "../../out/interop.json") },
  },
});

export default config;
