import { portOf, type Target } from "./target.ts";

/** A host (`api.example.com`), a host and port (`localhost:2773`), the beginning of a URL, or what its whole URL matches. */
export type TargetPattern = string | RegExp;

/** Says whether a request goes there. */
export type Matcher = (target: Target) => boolean;

/** `undefined` for what is no pattern. */
export function toMatcher(pattern: unknown): Matcher | undefined {
  // `search`, not `test`: a global one remembers where `test` was.
  if (pattern instanceof RegExp) return ({ parsed }) => parsed.href.search(pattern) >= 0;
  if (typeof pattern !== "string") return undefined;
  return pattern.includes("://") ? beginning(pattern) : host(pattern);
}

/** `https://api.example.com/v1` is the beginning of `…/v1` and `…/v1/orders`, not of `…/v10`. */
function beginning(pattern: string): Matcher | undefined {
  const prefix = URL.parse(pattern);
  if (!prefix || !/^https?:$/.test(prefix.protocol)) return undefined;
  const { origin, pathname, search } = prefix;
  const path = pathname + search;
  return ({ parsed }) => {
    const asked = parsed.pathname + parsed.search;
    if (parsed.origin !== origin || !asked.startsWith(path)) return false;
    return asked.length === path.length || /[/?&=]$/.test(path) || /^[/?&]/.test(asked.slice(path.length));
  };
}

const HOST = /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+)(?::([0-9]{1,5}))?$/i;

function host(pattern: string): Matcher | undefined {
  const [, name, port] = HOST.exec(pattern) ?? [];
  // As URLs spell it: lower case, IPv6 in its short form, other scripts in ASCII.
  const url = name === undefined ? null : URL.parse(`http://${name}`);
  if (!url) return undefined;
  return (target) =>
    target.parsed.hostname === url.hostname && (port === undefined || portOf(target) === Number(port));
}
