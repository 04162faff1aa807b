// Builds the native client of aws-lambda-ric in place; the tests then run on it instead of on the preload that stands in for it.
// Needs cmake, make, g++, xz and python3 (Debian: apt-get install cmake make g++ xz-utils python3). Takes about a minute.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const missing = ["cmake", "make", "g++", "xz", "python3"].filter(
  (tool) => spawnSync(tool, ["--version"]).error,
);
if (missing.length > 0) {
  console.log(`skipped: the native client needs ${missing.join(", ")}`);
  process.exit(0);
}
// Node's headers come with the binary from the registry, so that node-gyp need not fetch any.
const headers = resolve("node_modules/node/node_modules", `node-${process.platform}-${process.arch}`);
const env = { ...process.env, ...(existsSync(`${headers}/include`) && { npm_config_nodedir: headers }) };
const folder = resolve("node_modules/aws-lambda-ric");
for (const script of ["preinstall", "postinstall"]) {
  execFileSync("npm", ["run", "--silent", script], { cwd: folder, env, stdio: "inherit" });
}
