import { defineConfig } from "tsdown";
import { library } from "../../tsdown.config.ts";

// `register` is a build of its own, so that the index stays one file, and ES modules only: it awaits at the top level.
export default defineConfig([
  {
    ...library("src/index.ts"),
    attw: { profile: "node16", level: "error", excludeEntrypoints: ["./register"] },
  },
  { ...library("src/register.ts"), format: "esm", publint: false, attw: false },
]);
