import type { createHash } from "node:crypto";

/** The SHA-256 of texts (as UTF-8) and bytes, one after the other. */
export function sha256(...parts: readonly (string | Uint8Array)[]): Buffer {
  // Looked up at need: most functions never hash anything.
  const crypto = process.getBuiltinModule("node:crypto") as { readonly createHash: typeof createHash };
  const hash = crypto.createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
