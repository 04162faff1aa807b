import type { ReceivedSpan } from "../src/otlp/received-span.ts";

export const TRACE_ID = "5b8aa5a2d2c872e8321cf37308d69df2";
export const OTHER_TRACE_ID = "0af7651916cd43dd8448eb211c80319c";

/** A received span: an id of one digit, a start and a duration in milliseconds. */
export function span(
  digit: number,
  overrides: Partial<ReceivedSpan> & { at?: number; for?: number } = {},
): ReceivedSpan {
  const { at = 0, for: duration = 10, ...rest } = overrides;
  const start = 1_700_000_000_000_000_000n + BigInt(at * 1e6);
  return {
    traceId: TRACE_ID,
    spanId: id(digit),
    parentSpanId: undefined,
    name: `span ${digit}`,
    kind: "INTERNAL",
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(duration * 1e6),
    attributes: {},
    status: { code: "UNSET" },
    events: [],
    links: [],
    resource: {},
    scope: "test",
    scopeVersion: undefined,
    traceState: undefined,
    flags: 0,
    dropped: { attributes: 0, events: 0, links: 0 },
    ...rest,
  };
}

export function id(digit: number): string {
  return String(digit).padStart(16, "0");
}
