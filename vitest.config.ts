import { defineConfig } from "vitest/config";

const source = { conditions: ["@throughline/source"] };

export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "test/**/*.test.ts"],
    // They need a build or the npm registry: `npm run test:package`, `npm run test:libraries`, `npm run test:interop`.
    exclude: ["test/package/**", "test/libraries/**", "test/interop/**", "**/node_modules/**"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
