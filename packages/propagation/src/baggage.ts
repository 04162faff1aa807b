import type { Carrier } from "./carrier.ts";

/** One member of a W3C `baggage` list, decoded. */
export interface BaggageMember {
  readonly key: string;
  readonly value: string;
  /** The properties behind the first `;`, as they came. */
  readonly metadata: string | undefined;
}

const KEY = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const PRINTABLE = /^[\t\x20-\x7e]*$/;
const PROPERTIES = /^[\t\x20-\x2b\x2d-\x7e]*$/;
const MAX_LENGTH = 8192;
const MAX_MEMBERS = 64;

/** The `baggage` list of a carrier, as far as it can be sent on. */
export function readBaggage(carrier: Carrier): string | undefined {
  return legalBaggage(carrier("baggage"));
}

/**
 * The list as it came, its first 64 members; `undefined` when there is none, when it is longer than anybody must carry, or when
 * it would fail the next request, as line breaks and bare letters beyond ASCII do.
 *
 * @see https://www.w3.org/TR/baggage/#limits
 */
export function legalBaggage(list: string | undefined): string | undefined {
  if (!list || list.length > MAX_LENGTH || !PRINTABLE.test(list)) return undefined;
  const members = list.split(",", MAX_MEMBERS + 1);
  return members.length > MAX_MEMBERS ? members.slice(0, MAX_MEMBERS).join(",") : list;
}

/** The members of a list; a malformed one is left out. */
export function parseBaggage(list: string): BaggageMember[] {
  return list
    .split(",", MAX_MEMBERS)
    .map(parseMember)
    .filter((member) => member !== undefined);
}

/** The list of some members; one that no list can hold, or that does not fit any more, is left out. */
export function formatBaggage(members: readonly BaggageMember[]): string {
  let list = "";
  for (const member of members.slice(0, MAX_MEMBERS).map(formatMember)) {
    if (member === undefined) continue;
    const longer = list ? `${list},${member}` : member;
    if (longer.length <= MAX_LENGTH) list = longer;
  }
  return list;
}

function formatMember({ key, value, metadata = "" }: BaggageMember): string | undefined {
  const text = quietly(encodeURIComponent, value);
  if (!KEY.test(key) || !PROPERTIES.test(metadata) || text === undefined) return undefined;
  return `${key}=${text}${metadata && `;${metadata}`}`;
}

function parseMember(member: string): BaggageMember | undefined {
  const [pair = "", ...properties] = member.split(";");
  const equals = pair.indexOf("=");
  const key = pair.slice(0, Math.max(0, equals)).trim();
  const value = quietly(decodeURIComponent, pair.slice(equals + 1).trim());
  if (!KEY.test(key) || value === undefined) return undefined;
  return { key, value, metadata: properties.join(";").trim() || undefined };
}

/** Broken percent-encoding and half characters throw. */
function quietly(convert: (text: string) => string, text: string): string | undefined {
  try {
    return convert(text);
  } catch {
    return undefined;
  }
}
