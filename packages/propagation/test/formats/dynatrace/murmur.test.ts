import { expect, test } from "vitest";
import { murmurHash64A } from "../../../src/formats/dynatrace/murmur.ts";

test.each([
  [";2h01;7h8877665544332211", 0x7db5n],
  [";1h48656c6c6f2c20576f726c6421", 0x727cn],
  [";2h0123", 0xb03bn],
  [";7h2947bad48fb3d7da", 0x68a4n],
])("the low 16 bits of %s", (text, low) => {
  expect(murmurHash64A(text, 0xe17a1465n) & 0xffffn).toBe(low);
});

test.each(Array.from({ length: 18 }, (_, length) => [length]))(
  "a text of %i characters has 64 bits",
  (length) => {
    const hash = murmurHash64A("é".repeat(length), 1n);
    expect(hash).toBe(BigInt.asUintN(64, hash));
  },
);
