import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Format } from "esbuild";

const repository = join(import.meta.dirname, "../..");

/** A project outside the repository that installed our packed tarballs. */
export interface Project {
  readonly folder: string;
  /** Its own Node binary, if it asked for one. */
  readonly node: string | undefined;
}

/** Packs the packages and installs them, with these versions of others, as a user would. */
export function createProject(versions: Readonly<Record<string, string>>): Project {
  const folder = mkdtempSync(join(tmpdir(), "throughline-project-"));
  const packed = join(folder, "packed");
  mkdirSync(packed);
  execFileSync("node", ["scripts/pack.mjs", packed], { cwd: repository });
  const tarball = (name: string) => `file:${globSync(join(packed, `throughline-${name}-*.tgz`))[0]}`;
  const manifest = {
    private: true,
    type: "module",
    allowScripts: { node: true },
    dependencies: { "@throughline/middy": tarball("middy"), ...versions },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], {
    cwd: folder,
    stdio: "pipe",
  });
  return { folder, node: versions.node && join(folder, "node_modules/node/bin/node") };
}

/** The installed manifest of one of the project's packages. */
export function installed(project: Project, name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(project.folder, "node_modules", name, "package.json"), "utf8"));
}

// Parts of the AWS SDK that exist as CommonJS only ask for Node's own modules by `require`.
const REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** Puts a function into the project as it is (`esm`, `cjs`), or bundled and minified by esbuild into one file of that format. */
export async function deploy(project: Project, source: string, bundle?: Format): Promise<string> {
  const taskRoot = mkdtempSync(join(project.folder, "function-"));
  const entry = join(taskRoot, "source", source);
  cpSync(join(import.meta.dirname, "functions", source), entry);
  const extension = bundle === "cjs" ? "cjs" : source.slice(-3);
  const outfile = join(taskRoot, `index.${extension}`);
  if (!bundle) cpSync(entry, outfile);
  else {
    const esm = bundle === "esm" ? { mainFields: ["module", "main"], banner: { js: REQUIRE } } : {};
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: "node",
      format: bundle,
      target: "node22",
      minify: true,
      ...esm,
    });
  }
  return taskRoot;
}
