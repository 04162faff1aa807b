import type { UserConfig } from "tsdown";

/** What every package's build has in common. A package names its entry files; each becomes ESM, CommonJS and types. */
export const library = (...entry: string[]): UserConfig => ({
  entry,
  format: ["esm", "cjs"],
  platform: "node",
  target: "node22",
  dts: true,
  publint: true,
  // What a package bundles are its devDependencies; what it leaves to its users are its dependencies and peers.
  deps: { onlyBundle: false },
  attw: { profile: "node16", level: "error" },
  inputOptions: { resolve: { conditionNames: ["@throughline/source", "import", "node", "default"] } },
});

/** The same for programs and test helpers, which nobody requires: ES modules only. */
export const esmLibrary = (...entry: string[]): UserConfig => ({
  ...library(...entry),
  format: "esm",
  attw: { profile: "esm-only", level: "error" },
});
