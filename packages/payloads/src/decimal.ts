// 38 digits, from 1E-130 to 9.99…E+125; what exceeds that, DynamoDB refuses.
const MAX_DIGITS = 38;
const [MIN_EXPONENT, MAX_EXPONENT] = [-130, 125];
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/**
 * A number's text as a table gives it back, however its writer spelled it: `1.0` and `+1` are `1`, `1E2` is `100`, `-.50` is
 * `-0.5`. Every digit counts. `undefined` for what is no number of DynamoDB's.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number
 */
export function decimal(text: string): string | undefined {
  const [, sign, whole = "", fraction = "", exponent = "0"] = NUMBER.exec(text) ?? [];
  const written = whole + fraction;
  if (written === "") return undefined;
  const digits = trimZeros(written);
  if (digits === "") return "0";
  // Where the point stands among the digits.
  const point = whole.length - written.search(/[^0]/) + Number(exponent);
  if (digits.length > MAX_DIGITS || point - 1 < MIN_EXPONENT || point - 1 > MAX_EXPONENT) return undefined;
  return (sign === "-" ? "-" : "") + plain(digits, point);
}

/** Written without an exponent. */
function plain(digits: string, point: number): string {
  if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return digits.padEnd(point, "0");
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

function trimZeros(digits: string): string {
  let [start, end] = [0, digits.length];
  while (start < end && digits[start] === "0") start += 1;
  while (end > start && digits[end - 1] === "0") end -= 1;
  return digits.slice(start, end);
}
