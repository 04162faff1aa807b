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
  attw: { profile: "node16" },
  inputOptions: { resolve: { conditionNames: ["@throughline/source", "import", "node", "default"] } },
});
