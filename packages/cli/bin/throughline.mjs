#!/usr/bin/env node
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

// An installed package has its build and no sources. A checkout runs from source, built or not: in a process of its own, because
// the condition that names the sources, and a Node.js that reads TypeScript, can only be chosen when a process starts.
const SOURCE = "@throughline/source";
const source = new URL("../src/index.ts", import.meta.url);

if (process.execArgv.includes(SOURCE)) await run(source);
else if (existsSync(source)) process.exitCode = rerun();
else await run(new URL("../dist/index.mjs", import.meta.url));

async function run(module) {
  const { main } = await import(module);
  process.exitCode = await main(process.argv.slice(2));
}

function rerun() {
  const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
  const node = process.features.typescript ? process.execPath : path("../../../node_modules/.bin/node");
  const args = ["-C", SOURCE, path("throughline.mjs"), ...process.argv.slice(2)];
  const { status, error } = spawnSync(node, args, { stdio: "inherit" });
  if (error) console.error(`throughline: ${error.message}. From source it needs Node.js 22.18 or newer.`);
  return status ?? 1;
}
