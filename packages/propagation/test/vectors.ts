import { readFileSync } from "node:fs";
import type { TraceContext } from "../src/index.ts";

/** Headers, and what they mean; without a context they mean nothing. */
export interface Vector {
  readonly name: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly context?: TraceContext;
}

/** The vectors of `test/fixtures/formats`. */
export function vectors(format: string): Vector[] {
  const file = new URL(`../../../test/fixtures/formats/${format}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"));
}
