/** A tenant's name as the number that tags hold: the four words of its MD5 hash, as signed 32-bit integers, in exclusive or. */
export function tenantIdOf(tenant: string): number {
  const { createHash } = process.getBuiltinModule("node:crypto");
  const hash = createHash("md5")
    .update(tenant.replace(/[^\0-\x7f]/gu, "?"))
    .digest();
  return hash.readInt32BE(0) ^ hash.readInt32BE(4) ^ hash.readInt32BE(8) ^ hash.readInt32BE(12);
}
