import { isSpanId, isTraceId } from "../../ids.ts";
import { murmurHash64A } from "./murmur.ts";

/** What a Dynatrace tag says, in whichever of its two spellings. Numbers are signed 32-bit integers. */
export interface DynatraceTag {
  /** `undefined` for a `tracestate` value without its key. */
  readonly tenantId: number | undefined;
  /** `undefined` for a `tracestate` value without its key. */
  readonly clusterId: number | undefined;
  readonly serverId: number;
  readonly agentId: number;
  readonly tagId: number;
  readonly linkId: number;
  /** Whether the trace is left out: Dynatrace's decision not to sample. */
  readonly ignored: boolean;
  /** One of 2 to this power traces is kept; 0 to 15. */
  readonly samplingExponent: number;
  readonly pathInfo: number;
  /** A tag whose checksum is wrong is none; `"none"` where nothing stands behind the fields. */
  readonly checksum: "right" | "wrong" | "none";
  /** What stands behind the checksum, in its order; kinds that nobody knows too. */
  readonly extensions: readonly DynatraceExtension[];
}

export interface DynatraceExtension {
  readonly id: number;
  /** Bytes in lower-case hex. */
  readonly hex: string;
}

/** The extensions' ids that matter to a trace. */
export const TRACE_ID = 6;
export const SPAN_ID = 7;

const CHECKSUM_SEED = 0xe17a_1465n;
// The largest extension, a blob of 16 KiB, in hex, and twice as much beside it.
const MAX_LENGTH = 100_000;

const HEADER = /^FW4;((?:-?[0-9]{1,10};){6}-?[0-9]{1,10})(?:;([0-9a-f]{4})(;[\x20-\x7e]*)?)?$/i;
const MEMBER = /^(?:([0-9a-f]{1,8})-([0-9a-f]{1,8})@dt=)?(fw4;[\x20-\x7e]*)$/i;
const STATE = /^fw4;((?:[0-9a-f]{1,8};){6}[0-9a-f]{1,8})(?:;([0-9a-f]{4})(;[\x20-\x7e]*)?)?$/i;
const EXTENSION = /^([0-9]{1,9})h([0-9a-f]+)$/i;

/**
 * What a Dynatrace tag says: the value of an `x-dynatrace` header (`FW4;…`), a `tracestate` member (`…@dt=fw4;…`) or its value
 * alone. `undefined` for any other text. Never throws.
 *
 * The checksum is judged, not enforced: look at `checksum` before believing the rest.
 */
export function decodeDynatrace(value: string): DynatraceTag | undefined {
  if (value.length > MAX_LENGTH) return undefined;
  return decodeHeader(value) ?? decodeMember(value);
}

function decodeHeader(value: string): DynatraceTag | undefined {
  // A header's mark is in upper case, a member's in lower: all that tells decimal fields from hex ones.
  if (!value.startsWith("FW4;")) return undefined;
  const [, fields = "", checksum, extensions] = HEADER.exec(value) ?? [];
  const numbers = fields.split(";").map(Number);
  if (fields === "" || numbers.some((number) => number !== (number | 0))) return undefined;
  const [clusterId, serverId = 0, agentId = 0, tagId = 0, link = 0, tenantId, pathInfo = 0] = numbers;
  return {
    tenantId,
    clusterId,
    serverId,
    agentId,
    tagId,
    ...unpackLink(link),
    pathInfo,
    ...decodeExtensions(checksum, extensions),
  };
}

function decodeMember(member: string): DynatraceTag | undefined {
  const [, tenant, cluster, value = ""] = MEMBER.exec(member) ?? [];
  const [, fields = "", checksum, extensions] = STATE.exec(value) ?? [];
  if (fields === "") return undefined;
  const [serverId = 0, agentId = 0, tagId = 0, linkId = 0, ignored = 0, samplingExponent = 0, pathInfo = 0] =
    fields.split(";").map(fromHex);
  if (ignored < 0 || ignored > 1 || samplingExponent < 0 || samplingExponent > 15) return undefined;
  return {
    tenantId: tenant === undefined ? undefined : fromHex(tenant),
    clusterId: cluster === undefined ? undefined : fromHex(cluster),
    serverId,
    agentId,
    tagId,
    linkId,
    ignored: ignored === 1,
    samplingExponent,
    pathInfo,
    ...decodeExtensions(checksum, extensions),
  };
}

function decodeExtensions(
  checksum: string | undefined,
  text = "",
): Pick<DynatraceTag, "checksum" | "extensions"> {
  if (checksum === undefined) return { checksum: "none", extensions: [] };
  const extensions: DynatraceExtension[] = [];
  for (const part of text.split(";")) {
    const [, id, hex] = EXTENSION.exec(part) ?? [];
    if (id && hex && hex.length % 2 === 0) extensions.push({ id: Number(id), hex: hex.toLowerCase() });
  }
  return { checksum: checksum.toLowerCase() === checksumOf(text) ? "right" : "wrong", extensions };
}

/** The trace and the span that a tag names, where it names them. */
export function idsOf({ extensions }: DynatraceTag): {
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
} {
  const hexOf = (wanted: number) => extensions.find(({ id }) => id === wanted)?.hex;
  const traceId = hexOf(TRACE_ID);
  const spanId = hexOf(SPAN_ID);
  return {
    traceId: traceId && isTraceId(traceId) ? traceId : undefined,
    spanId: spanId && isSpanId(spanId) ? spanId : undefined,
  };
}

/** The value of an `x-dynatrace` header. */
export function encodeHeader(tag: DynatraceTag): string {
  const { tenantId = 0, clusterId = 0, serverId, agentId, tagId, pathInfo, extensions } = tag;
  const fields = [clusterId, serverId, agentId, tagId, packLink(tag), tenantId, pathInfo];
  return `FW4;${fields.join(";")}${encodeExtensions(extensions)}`;
}

/** The value of a `tracestate` member. The trace id stays out: `traceparent` has it. */
export function encodeState(tag: DynatraceTag): string {
  const { serverId, agentId, tagId, linkId, ignored, samplingExponent, pathInfo } = tag;
  const fields = [serverId, agentId, tagId, linkId, ignored ? 1 : 0, samplingExponent, pathInfo].map(toHex);
  return `fw4;${fields.join(";")}${encodeExtensions(tag.extensions.filter(({ id }) => id !== TRACE_ID))}`;
}

/** The key of a tenant's and cluster's `tracestate` member. */
export function stateKey({
  tenantId = 0,
  clusterId = 0,
}: Pick<DynatraceTag, "tenantId" | "clusterId">): string {
  return `${toHex(tenantId)}-${toHex(clusterId)}@dt`;
}

function encodeExtensions(extensions: readonly DynatraceExtension[]): string {
  const ascending = extensions.toSorted((a, b) => a.id - b.id);
  const text = ascending.map(({ id, hex }) => `;${id}h${hex}`).join("");
  return text && `;${checksumOf(text)}${text}`;
}

function checksumOf(text: string): string {
  return (murmurHash64A(text, CHECKSUM_SEED) & 0xffffn).toString(16).padStart(4, "0");
}

// A header's link id shares its 32 bits: from the top one bit ignored, four bits sampling exponent.
const LINK_BITS = 27;
const LINK_MASK = 2 ** LINK_BITS - 1;

function unpackLink(link: number) {
  return { linkId: link & LINK_MASK, ignored: link < 0, samplingExponent: (link >>> LINK_BITS) & 15 };
}

function packLink({ linkId, ignored, samplingExponent }: DynatraceTag): number {
  return (ignored ? 1 << 31 : 0) | (samplingExponent << LINK_BITS) | (linkId & LINK_MASK);
}

function fromHex(hex: string): number {
  return Number.parseInt(hex, 16) | 0;
}

function toHex(number: number): string {
  return (number >>> 0).toString(16);
}
