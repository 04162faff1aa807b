import { defineConfig } from "vitest/config";

const source = { conditions: ["@throughline/source"] };

export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "test/**/*.test.ts"],
    // They need a build and the npm registry: `npm run test:package`, `npm run test:libraries`.
    exclude: ["test/package/**", "test/libraries/**", "**/node_modules/**"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
