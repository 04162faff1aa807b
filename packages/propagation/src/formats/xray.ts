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
// How AWS itself begins a header; what may follow are further fields.
const USUAL =
  /^Root=1-(?!0{8}-0{24})[0-9a-f]{8}-[0-9a-f]{24};Parent=(?!0{16})[0-9a-f]{16};Sampled=[01](?:;|$)/;
const PRINTABLE = /^[\x20-\x7e]*$/;
const MAX_LENGTH = 8192;

/** Reads the header's fields, in any order and with any others among them. Never throws. */
export function parseXRayHeader(header: string | undefined): XRayHeader {
  let traceId: string | undefined;
  let spanId: string | undefined;
  let sampled: boolean | undefined;
  let fields = "";
  let start = 0;
  if (!header || header.length > MAX_LENGTH) return NOTHING;
  if (USUAL.test(header)) {
    traceId = header.slice(7, 15) + header.slice(16, 40);
    spanId = header.slice(48, 64);
    sampled = header[73] === "1";
    start = 75;
  }
  while (start < header.length) {
    const semicolon = header.indexOf(";", start);
    const end = semicolon < 0 ? header.length : semicolon;
    const field = header.slice(start, end).trim();
    start = end + 1;
    const equals = field.indexOf("=");
    if (equals <= 0) continue;
    const name = field.slice(0, equals).trim().toLowerCase();
    if (name === "root") traceId = fromRoot(behind(field, equals));
    else if (name === "parent") spanId = fromParent(behind(field, equals));
    else if (name === "sampled") sampled = DECISIONS.get(behind(field, equals));
    // Any other character would fail the next request.
    else if (PRINTABLE.test(field)) fields += fields ? `;${field}` : field;
  }
  return { traceId, spanId, sampled, fields: fields || undefined };
}

const NOTHING: XRayHeader = { traceId: undefined, spanId: undefined, sampled: undefined, fields: undefined };
const DECISIONS: ReadonlyMap<string, boolean> = new Map([
  ["1", true],
  ["0", false],
]);

function behind(field: string, equals: number): string {
  return field.slice(equals + 1).trim();
}

function fromParent(parent: string): string | undefined {
  const spanId = parent.toLowerCase();
  return isSpanId(spanId) ? spanId : undefined;
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
