import { library } from "../../tsdown.config.ts";

// Nobody requires a program.
export default { ...library("src/index.ts"), format: "esm" as const, attw: { profile: "esm-only" as const } };
