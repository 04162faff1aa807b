import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "../..");

/** The code blocks of a page in one language. */
export function blocks(page: string, language: string): string[] {
  const text = readFileSync(join(root, "docs", page), "utf8");
  const pattern = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm");
  return [...text.matchAll(pattern)].map(([, code]) => code as string);
}

/** Runs a page's block from source, behind a prologue with what it takes for given; gives what it prints. */
export async function run(block: string, prologue: string, epilogue = ""): Promise<string> {
  const code = `${prologue}\n${block}\n${epilogue}`;
  const args = ["-C", "@throughline/source", "--input-type=module-typescript", "-e", code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  return stdout;
}
