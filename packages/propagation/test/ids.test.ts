import fc from "fast-check";
import { expect, test } from "vitest";
import { decimalToHex, hexToDecimal } from "../src/ids.ts";
import { isSpanId, isTraceId } from "../src/index.ts";

test.each([
  ["0123456789abcdef0123456789abcdef", true],
  ["00000000000000000000000000000001", true],
  ["ffffffffffffffffffffffffffffffff", true],
  ["00000000000000000000000000000000", false],
  ["0123456789ABCDEF0123456789ABCDEF", false],
  ["0123456789abcdef0123456789abcde", false],
  ["0123456789abcdef0123456789abcdef0", false],
  ["0123456789abcdef0123456789abcdeg", false],
  ["0123456789abcdef0123456789abcdef\n", false],
  ["", false],
])("whether %j is a trace id: %s", (value, is) => expect(isTraceId(value)).toBe(is));

test.each([
  ["0123456789abcdef", true],
  ["0000000000000001", true],
  ["0000000000000000", false],
  ["0123456789ABCDEF", false],
  ["0123456789abcde", false],
  ["0123456789abcdef0", false],
  [" 123456789abcdef", false],
  ["0123456789abcdef\n", false],
  ["", false],
])("whether %j is a span id: %s", (value, is) => expect(isSpanId(value)).toBe(is));

test.each([
  ["1", "0000000000000001"],
  ["18446744073709551615", "ffffffffffffffff"],
  ["9223372036854775808", "8000000000000000"],
  ["00000000000000000042", "000000000000002a"],
])("the decimal %s is %s", (decimal, hex) => expect(decimalToHex(decimal)).toBe(hex));

test.each([
  "0",
  "00",
  "18446744073709551616",
  "99999999999999999999",
  "-1",
  "+1",
  "1.0",
  "1e3",
  "0x1",
  "1n",
  " 1",
  "１",
  "",
])("%j is no decimal id", (decimal) => expect(decimalToHex(decimal)).toBeUndefined());

test("hex and decimal convert both ways", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), (number) => {
      const hex = decimalToHex(String(number))!;
      expect(isSpanId(hex)).toBe(true);
      expect(hexToDecimal(hex)).toBe(String(number));
    }),
  );
});
