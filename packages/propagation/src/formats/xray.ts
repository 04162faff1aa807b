import { single } from "../carrier.ts";
import type { Format } from "../format.ts";
import { isSpanId, isTraceId } from "../ids.ts";
import type { TraceContext } from "../trace-context.ts";

/**
 * AWS X-Ray's tracing header, `X-Amzn-Trace-Id: Root=…;Parent=…;Sampled=…`.
 *
 * Only `Sampled=1` is taken for a decision: Lambda writes `Sampled=0` into every header of a function whose X-Ray tracing
 * is off, and load balancers write none. What other fields it has (`Lineage` guards against recursive loops) is passed on.
 *
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export const xray: Format = xrayFormat((sampled) => sampled || undefined);

/** The same format for those whose back end is X-Ray itself: `Sampled=0` is obeyed too. */
export const xrayHonored: Format = xrayFormat((sampled) => sampled);

/** The fields of a tracing header. Each may be missing: a header without Parent names a trace but no span. */
export interface XRayHeader {
  /** `Root` as a W3C trace id. */
  readonly traceId: string | undefined;
  /** `Parent`. */
  readonly spanId: string | undefined;
  /** `Sampled`: `1`, `0`, or undecided (`?`, or none). */
  readonly sampled: boolean | undefined;
  /** Every other field that can stand in a header, `;`-joined, in its order. */
  readonly fields: string | undefined;
}

const ROOT = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/;
const PRINTABLE = /^[\x20-\x7e]*$/;
const MAX_LENGTH = 8192;

/** Reads the header's fields, in any order and with any others among them. Never throws. */
export function parseXRayHeader(header: string | undefined): XRayHeader {
  let traceId: string | undefined;
  let spanId: string | undefined;
  let sampled: boolean | undefined;
  const others: string[] = [];
  for (const part of (header && header.length <= MAX_LENGTH ? header : "").split(";")) {
    const field = part.trim();
    const equals = field.indexOf("=");
    if (equals <= 0) continue;
    const name = field.slice(0, equals).trim().toLowerCase();
    const value = field.slice(equals + 1).trim();
    if (name === "root") traceId = fromRoot(value);
    else if (name === "parent") spanId = isSpanId(value.toLowerCase()) ? value.toLowerCase() : undefined;
    else if (name === "sampled") sampled = value === "1" ? true : value === "0" ? false : undefined;
    else if (PRINTABLE.test(field)) others.push(field); // Any other character would fail the next request.
  }
  return { traceId, spanId, sampled, fields: others.join(";") || undefined };
}

function xrayFormat(decision: (sampled: boolean | undefined) => boolean | undefined): Format {
  return {
    name: "xray",
    keys: ["x-amzn-trace-id"],
    read(carrier) {
      const { traceId, spanId, sampled, fields } = parseXRayHeader(single(carrier("x-amzn-trace-id")));
      if (!traceId || !spanId) return undefined;
      return { traceId, spanId, sampled: decision(sampled), ...(fields && { xrayFields: fields }) };
    },
    write: (context) => ({ "x-amzn-trace-id": writeHeader(context) }),
  };
}

function fromRoot(root: string): string | undefined {
  const parts = ROOT.exec(root.toLowerCase());
  if (!parts) return undefined;
  const traceId = `${parts[1]}${parts[2]}`;
  return isTraceId(traceId) ? traceId : undefined;
}

function writeHeader({ traceId, spanId, sampled, xrayFields }: TraceContext): string {
  const decision = sampled === undefined ? "?" : sampled ? "1" : "0";
  const header = `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=${decision}`;
  return xrayFields ? `${header};${xrayFields}` : header;
}
