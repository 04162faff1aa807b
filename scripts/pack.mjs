// Packs every public package into a folder, as `npm publish` would. Usage: node scripts/pack.mjs FOLDER
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

const folder = resolve(process.argv[2] ?? "out/packed");
mkdirSync(folder, { recursive: true });
const manifests = globSync("packages/*/package.json").filter(
  (file) => !JSON.parse(readFileSync(file, "utf8")).private,
);
const args = ["pack", "--silent", "--pack-destination", folder];
for (const file of manifests) args.push("--workspace", dirname(file));
execFileSync("npm", args, { stdio: "inherit" });
