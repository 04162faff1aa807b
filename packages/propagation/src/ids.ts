const TRACE_ID = /^(?!0{32}$)[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0{16}$)[0-9a-f]{16}$/;
const DECIMAL = /^[0-9]{1,20}$/;
const MAX_64 = 0xffff_ffff_ffff_ffffn;

/** Whether it is 32 lower-case hex digits, not all zero. */
export function isTraceId(value: string): boolean {
  return TRACE_ID.test(value);
}

/** Whether it is 16 lower-case hex digits, not all zero. */
export function isSpanId(value: string): boolean {
  return SPAN_ID.test(value);
}

/** An unsigned 64-bit decimal, as Datadog spells ids, as 16 hex digits; `undefined` when it is none, or zero. */
export function decimalToHex(decimal: string): string | undefined {
  if (!DECIMAL.test(decimal)) return undefined;
  const number = BigInt(decimal);
  if (number === 0n || number > MAX_64) return undefined;
  return number.toString(16).padStart(16, "0");
}

/** Hex digits as an unsigned decimal. */
export function hexToDecimal(hex: string): string {
  return BigInt(`0x${hex}`).toString();
}
