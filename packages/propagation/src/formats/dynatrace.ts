import { type Carrier, single } from "../carrier.ts";
import type { Format } from "../format.ts";
import type { TraceContext } from "../trace-context.ts";
import { getMember, parseTraceState, setMember } from "../trace-state.ts";
import {
  type DynatraceTag,
  decodeDynatrace,
  encodeHeader,
  encodeState,
  idsOf,
  SPAN_ID,
  stateKey,
  TRACE_ID,
} from "./dynatrace/fw4.ts";
import { tenantIdOf } from "./dynatrace/tenant.ts";
import { w3c } from "./w3c.ts";

const HEADER = "x-dynatrace";
const MESSAGE_PROPERTY = "dtdtracetaginfo";

/**
 * Dynatrace's tag: the `x-dynatrace` header, messages' `dtdTraceTagInfo`, or the `@dt` member of `tracestate`. Read only; it
 * writes nothing. {@link dynatraceFor} writes too.
 *
 * A tag that names trace and span is a context by itself. Beside a `traceparent` of the same trace the span is W3C's and the
 * decision the tag's: its `ignored` bit is what Dynatrace went by, whatever the flag says.
 *
 * @see https://github.com/dynatrace-oss/opentelemetry-exporter-go
 */
export const dynatrace: Format = {
  name: "dynatrace",
  keys: [HEADER, MESSAGE_PROPERTY, ...w3c.keys],
  read: (carrier) => readHeader(carrier) ?? readState(carrier),
  write: () => ({}),
};

/** Whose tags are written: what Dynatrace calls `DT_TENANT` and `DT_CLUSTER_ID`. */
export interface DynatraceOptions {
  /** The environment's id, such as `"jmw13303"`. */
  readonly tenant: string;
  /** A 32-bit integer, signed or not; never 0. */
  readonly cluster: number;
}

/**
 * Dynatrace's format for one tenant and cluster: also writes `x-dynatrace` and, beside `traceparent`, the `@dt` member.
 *
 * Put it behind `w3c` where both write: both write `tracestate`, and only this one's has the member.
 *
 * @throws TypeError naming the option that is wrong.
 * @example
 * getTraceHeaders([w3c, dynatraceFor({ tenant: "jmw13303", cluster: -1076712821 })]);
 */
export function dynatraceFor({ tenant, cluster }: DynatraceOptions): Format {
  if (typeof tenant !== "string" || tenant === "")
    throw new TypeError(`dynatraceFor({ tenant: ${JSON.stringify(tenant)} }): expected an environment's id`);
  if (!Number.isInteger(cluster) || cluster === 0 || cluster < -(2 ** 31) || cluster >= 2 ** 32)
    throw new TypeError(`dynatraceFor({ cluster: ${String(cluster)} }): expected a 32-bit integer, not 0`);
  const owner = { tenantId: tenantIdOf(tenant), clusterId: cluster | 0 };
  return { ...dynatrace, write: (context) => write(context, owner) };
}

function readHeader(carrier: Carrier): TraceContext | undefined {
  const tag = decodeValid(single(carrier(HEADER))) ?? decodeValid(single(carrier(MESSAGE_PROPERTY)));
  const { traceId, spanId } = tag ? idsOf(tag) : {};
  if (!tag || !traceId || !spanId) return undefined;
  const beside = w3c.read(carrier);
  // Of two traces the tag's is Dynatrace's own; the other was made by somebody between who did not know the tag.
  return beside?.traceId === traceId
    ? decided(withMember(beside, tag), tag)
    : decided(withMember({ traceId, spanId, sampled: undefined }, tag), tag);
}

function readState(carrier: Carrier): TraceContext | undefined {
  const members = parseTraceState(carrier("tracestate"));
  for (const member of members ?? []) {
    const tag = member.includes("@dt=") ? decodeValid(member) : undefined;
    if (!tag) continue;
    const { traceId, spanId } = idsOf(tag);
    const beside = w3c.read(carrier);
    if (beside) return (traceId ?? beside.traceId) === beside.traceId ? decided(beside, tag) : undefined;
    if (traceId && spanId)
      return decided({ traceId, spanId, sampled: undefined, traceState: members?.join(",") }, tag);
  }
  return undefined;
}

function decodeValid(value: string | undefined): DynatraceTag | undefined {
  const tag = value === undefined ? undefined : decodeDynatrace(value);
  return tag?.checksum === "wrong" ? undefined : tag;
}

function decided(context: TraceContext, { ignored }: DynatraceTag): TraceContext {
  return { ...context, sampled: !ignored };
}

/** A header's tag goes on as W3C carries it; a member that is there already is the newer one. */
function withMember(context: TraceContext, tag: DynatraceTag): TraceContext {
  const key = stateKey(tag);
  if (getMember(context.traceState, key)) return context;
  const traceState = setMember(context.traceState, key, encodeState(tag));
  return traceState ? { ...context, traceState } : context;
}

function write(
  context: TraceContext,
  owner: { readonly tenantId: number; readonly clusterId: number },
): Record<string, string> {
  const key = stateKey(owner);
  const upstream = decodeValid(getMember(context.traceState, key));
  const tag: DynatraceTag = {
    ...owner,
    // Ids of Dynatrace's own servers and agents, which we are none of.
    serverId: 0,
    agentId: 0,
    tagId: 0,
    linkId: 0,
    ignored: context.sampled === false,
    // Chosen where the trace began, for all of it.
    samplingExponent: upstream?.samplingExponent ?? 0,
    pathInfo: upstream?.pathInfo ?? 0,
    checksum: "right",
    extensions: [
      { id: TRACE_ID, hex: context.traceId },
      { id: SPAN_ID, hex: context.spanId },
    ],
  };
  const traceState = setMember(context.traceState, key, encodeState(tag));
  return { ...w3c.write({ ...context, traceState }), [HEADER]: encodeHeader(tag) };
}
