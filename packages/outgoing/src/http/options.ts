import type { TextMapPropagator } from "@opentelemetry/api";
import { formatsFromEnvironment, toFormats } from "@throughline/otel";
import { type Format, w3c, xray } from "@throughline/propagation";
import { ownCalls } from "./own-calls.ts";
import { type Matcher, type TargetPattern, toMatcher } from "./patterns.ts";
import type { Target } from "./target.ts";

export interface HttpOptions {
  /** Requests that get neither span nor headers: hosts, `host:port`, beginnings of URLs, or RegExps that URLs match. */
  readonly ignore?: readonly TargetPattern[] | undefined;
  /** Where trace headers go: only where `allow` says, never where `deny` says. Default everywhere. */
  readonly headersTo?:
    | {
        readonly allow?: readonly TargetPattern[] | undefined;
        readonly deny?: readonly TargetPattern[] | undefined;
      }
    | undefined;
  /**
   * The wire formats of the headers, ours or any OpenTelemetry propagator; baggage goes beside them.
   * Default `OTEL_PROPAGATORS`, else W3C and X-Ray.
   */
  readonly formats?: readonly (Format | TextMapPropagator)[] | undefined;
}

/** What the options come to. */
export interface HttpSettings {
  readonly formats: readonly Format[];
  ignores(target: Target): boolean;
  sendsHeadersTo(target: Target): boolean;
}

/**
 * Checks the options of whoever is named.
 *
 * @throws TypeError naming the option that is wrong and what it may be.
 */
export function resolveHttpOptions(factory: string, options: HttpOptions = {}): HttpSettings {
  checkKeys(factory, options, ["ignore", "headersTo", "formats"]);
  const { ignore, headersTo = {}, formats } = options;
  checkKeys(`${factory}: headersTo`, headersTo, ["allow", "deny"]);
  const ignored = [...(toMatchers(factory, "ignore", ignore) ?? []), ...ownCalls()];
  const allowed = toMatchers(factory, "headersTo.allow", headersTo.allow);
  const denied = toMatchers(factory, "headersTo.deny", headersTo.deny) ?? [];
  return {
    formats: (formats && toFormats(factory, formats)) ?? formatsFromEnvironment() ?? [w3c, xray],
    ignores: (target) => ignored.some((matches) => matches(target)),
    sendsHeadersTo: (target) =>
      (allowed?.some((matches) => matches(target)) ?? true) && !denied.some((matches) => matches(target)),
  };
}

function checkKeys(factory: string, options: unknown, keys: readonly string[]): void {
  if (typeof options !== "object" || options === null)
    throw new TypeError(`${factory}: expected an object of options, got ${String(options)}`);
  const unknown = Object.keys(options).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    throw new TypeError(`${factory}: no such option as ${unknown}; there are ${keys.join(", ")}`);
}

function toMatchers(factory: string, name: string, patterns: unknown): readonly Matcher[] | undefined {
  if (patterns === undefined) return undefined;
  const expected = "a host, a host:port, an http(s) URL or a RegExp";
  if (!Array.isArray(patterns))
    throw new TypeError(`${factory}: ${name}: expected an array, each of it ${expected}`);
  return patterns.map((pattern, index) => {
    const matcher = toMatcher(pattern);
    if (matcher) return matcher;
    throw new TypeError(`${factory}: ${name}[${index}] is ${String(pattern)}: expected ${expected}`);
  });
}
