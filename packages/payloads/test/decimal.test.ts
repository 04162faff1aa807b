import fc from "fast-check";
import { expect, test } from "vitest";
import { decimal } from "../src/decimal.ts";

test.each([
  ["1", "1"],
  ["+1", "1"],
  ["-1", "-1"],
  ["1.0", "1"],
  ["1.", "1"],
  ["001", "1"],
  ["100", "100"],
  ["1E2", "100"],
  ["1e+2", "100"],
  ["1e21", "1000000000000000000000"],
  ["120e-1", "12"],
  ["12.50", "12.5"],
  [".5", "0.5"],
  ["-.50", "-0.5"],
  ["0.00120", "0.0012"],
  ["5e-7", "0.0000005"],
  ["123456789012345678901234567890.12345678", "123456789012345678901234567890.12345678"],
  ["1e-130", `0.${"0".repeat(129)}1`],
  ["9.9e125", `99${"0".repeat(124)}`],
  ["0", "0"],
  ["-0.00", "0"],
  ["0e999", "0"],
])("%s is %s", (text, expected) => expect(decimal(text)).toBe(expected));

test.each([
  ...["", " ", "-", ".", "e1", "1e", "1 ", "0x1", "1,5", "--1", "1.2.3", "NaN", "Infinity", "١"],
  ...["1e126", "1e-131", "1e99999999999999999999", "1".repeat(39), `0.${"1".repeat(39)}`],
])("%j is no number of a table's", (text) => expect(decimal(text)).toBeUndefined());

/** The number that a text names, as an integer over a power of ten. */
function exactly(text: string): [bigint, number] {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  let [number, scale] = [BigInt(whole + fraction), fraction.length - Number(exponent)];
  for (; number !== 0n && number % 10n === 0n; number /= 10n) scale -= 1;
  return number === 0n ? [0n, 0] : [number, scale];
}

const digits = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength, maxLength });

const spellings = fc
  .tuple(fc.constantFrom("", "-"), digits(1, 19), digits(0, 19), fc.integer({ min: -100, max: 100 }))
  .map(([sign, whole, fraction, exponent]) => `${sign}${whole}${fraction && `.${fraction}`}e${exponent}`);

test("no digit is lost, and none of the rest is kept", () => {
  fc.assert(
    fc.property(spellings, (spelled) => {
      const text = decimal(spelled) ?? "";
      expect(exactly(text)).toEqual(exactly(spelled));
      expect(text).toMatch(/^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/);
      expect(decimal(text)).toBe(text);
    }),
  );
});
