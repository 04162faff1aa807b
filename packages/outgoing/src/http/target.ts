import {
  type Attributes,
  httpMethodAttributes,
  redactQuery,
  SERVER_ADDRESS,
  SERVER_PORT,
  URL_FULL,
} from "@throughline/triggers";

/** Where a request goes. */
export interface Target {
  readonly method: string;
  /** As it is asked for, with whatever secrets are in it. */
  readonly url: string;
  readonly parsed: URL;
}

const ABSOLUTE = /^https?:\/\//i;

/** The target of a path at an origin; a path that is a URL itself, as proxies get them, is the target. */
export function toTarget(method: string, origin: string, path: string): Target | undefined {
  const url = ABSOLUTE.test(path) ? path : `${origin}${path.startsWith("/") ? "" : "/"}${path}`;
  const parsed = URL.parse(url);
  return parsed ? { method, url, parsed } : undefined;
}

/** The host's name; an IPv6 address without its brackets. */
export function addressOf({ parsed }: Target): string {
  return parsed.hostname.replace(/^\[|\]$/g, "");
}

export function portOf({ parsed }: Target): number {
  return Number(parsed.port) || (parsed.protocol === "https:" ? 443 : 80);
}

/** The conventions' attributes of a request to it; nothing that grants access is in them. */
export function targetAttributes(target: Target): Attributes {
  return {
    ...httpMethodAttributes(target.method),
    [SERVER_ADDRESS]: addressOf(target),
    [SERVER_PORT]: portOf(target),
    [URL_FULL]: redacted(target.url),
  };
}

const CREDENTIALS = /^([a-z]+:\/\/)[^/?#]*@/i;

function redacted(url: string): string {
  const [, address = "", query] = /^([^?]*)(?:\?(.*))?$/s.exec(url) ?? [];
  const bare = address.replace(CREDENTIALS, "$1REDACTED:REDACTED@");
  return query === undefined ? bare : `${bare}?${redactQuery(query)}`;
}
