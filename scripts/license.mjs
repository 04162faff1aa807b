// Copies the licence into the package that is being packed (npm takes it from the package's own folder), and beside it those of what
// the package bundles: its devDependencies that are OpenTelemetry's, and those of ours that it bundles in turn.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const manifest = (folder) => JSON.parse(readFileSync(new URL(`${folder}/package.json`, root), "utf8"));

function bundledBy(folder) {
  const names = Object.keys(manifest(folder).devDependencies ?? {});
  const own = names.filter((name) => name.startsWith("@throughline/") && name !== "@throughline/testing");
  const others = names.filter((name) => name.startsWith("@opentelemetry/"));
  return [...others, ...own.flatMap((name) => bundledBy(name.replace("@throughline/", "packages/")))];
}

copyFileSync(new URL("LICENSE", root), "LICENSE");
const folder = `packages/${process.cwd().split(/[\\/]/).at(-1)}`;
const bundled = [...new Set(bundledBy(folder))].sort();
if (bundled.length > 0) {
  const described = bundled.map((name) => `${name} ${manifest(`node_modules/${name}`).version}`).join("\n");
  const [licence] = bundled.map((name) =>
    readFileSync(new URL(`node_modules/${name}/LICENSE`, root), "utf8"),
  );
  writeFileSync(
    "LICENSE.third-party",
    `This package contains code of:\n\n${described}\n\nunder this licence:\n\n${licence}`,
  );
}
