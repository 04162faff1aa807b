const MULTIPLIER = 0xc6a4_a793_5bd1_e995n;
const SHIFT = 47n;
const WORD = 8;

/** MurmurHash2 in its 64-bit form, `MurmurHash64A`, of a text's Latin-1 bytes. */
export function murmurHash64A(text: string, seed: bigint): bigint {
  const bytes = Buffer.from(text, "latin1");
  const whole = bytes.length - (bytes.length % WORD);
  let hash = seed ^ times(BigInt(bytes.length));
  for (let at = 0; at < whole; at += WORD) {
    const word = times(bytes.readBigUInt64LE(at));
    hash = times(hash ^ times(word ^ (word >> SHIFT)));
  }
  if (whole < bytes.length) hash = times(hash ^ littleEndian(bytes.subarray(whole)));
  hash = times(hash ^ (hash >> SHIFT));
  return hash ^ (hash >> SHIFT);
}

function times(word: bigint): bigint {
  return BigInt.asUintN(64, word * MULTIPLIER);
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n);
}
