// Level 2 of the specification tells no tenant from a system any more: `@` is a character like any other, but for the first.
const KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
// A list in which no value has a space, as nearly all are.
const PLAIN =
  /^[a-z0-9][a-z0-9_\-*/@]*=[\x21-\x2b\x2d-\x3c\x3e-\x7e]+(?:,[a-z0-9][a-z0-9_\-*/@]*=[\x21-\x2b\x2d-\x3c\x3e-\x7e]+){0,31}$/;
// In a list no longer than a value may be, no key and no value is too long.
const PLAIN_LENGTH = 256;
const MAX_MEMBERS = 32;
// Far over what the specification asks a vendor to carry (512); a longer header is nobody's trace state.
const MAX_LENGTH = 8192;

/**
 * The members (`key=value`) of a `tracestate` list; `undefined` when it is empty or breaks the grammar, as then none of it counts.
 *
 * @see https://www.w3.org/TR/trace-context-2/#tracestate-header
 */
export function parseTraceState(list: string | undefined): string[] | undefined {
  if (!list || list.length > MAX_LENGTH) return undefined;
  const members: string[] = [];
  const keys = new Set<string>();
  for (const part of list.split(",")) {
    const member = part.trim();
    if (member === "") continue;
    const equals = member.indexOf("=");
    const key = member.slice(0, Math.max(0, equals));
    if (!KEY.test(key) || !VALUE.test(member.slice(equals + 1))) return undefined;
    if (keys.has(key)) continue; // The nearest vendor's entry stands first.
    keys.add(key);
    members.push(member);
  }
  return members.length > 0 && members.length <= MAX_MEMBERS ? members : undefined;
}

/** The list as it may be sent on: as it came where it is legal, without blanks and repeated keys, or `undefined`. */
export function legalTraceState(list: string | undefined): string | undefined {
  if (!list) return undefined;
  // Most lists are written without blanks and repetition, and need not be taken apart.
  const plain = list.length <= PLAIN_LENGTH && PLAIN.test(list) && !repeats(list);
  return plain ? list : parseTraceState(list)?.join(",");
}

/** Whether a key of a legal list stands in it again. */
function repeats(list: string): boolean {
  for (let comma = list.indexOf(","); comma >= 0; comma = list.indexOf(",", comma + 1)) {
    const key = list.slice(comma + 1, list.indexOf("=", comma) + 1);
    if (list.startsWith(key) || list.lastIndexOf(`,${key}`, comma - 1) >= 0) return true;
  }
  return false;
}

/** The value of one member. */
export function getMember(list: string | undefined, key: string): string | undefined {
  return parseTraceState(list)
    ?.find((member) => member.startsWith(`${key}=`))
    ?.slice(key.length + 1);
}

/**
 * The list with one member set and moved to the front; the last member goes when there would be too many.
 *
 * A member that breaks the grammar is not set: it would cost all the others.
 */
export function setMember(list: string | undefined, key: string, value: string): string {
  if (!KEY.test(key) || !VALUE.test(value)) return list ?? "";
  const others = (parseTraceState(list) ?? []).filter((member) => !member.startsWith(`${key}=`));
  return [`${key}=${value}`, ...others.slice(0, MAX_MEMBERS - 1)].join(",");
}
