/** A route key of an HTTP API, read. */
export interface Route {
  readonly routeKey: string;
  /** `undefined` for `ANY` and `$default`. */
  readonly method: string | undefined;
  readonly segments: readonly Segment[];
}

export interface MatchedRoute {
  readonly routeKey: string;
  /** Decoded; `undefined` when the route has none. */
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
}

interface Segment {
  readonly kind: "text" | "parameter" | "greedy";
  readonly name: string;
}

const ROUTE_KEY = /^([A-Z]+) (\/\S*)$/;
const DEFAULT = "$default";

/** Reads `POST /orders/{id}`, `ANY /files/{path+}` or `$default`; throws on anything else. */
export function parseRoute(routeKey: string): Route {
  if (routeKey === DEFAULT) {
    return { routeKey, method: undefined, segments: [{ kind: "greedy", name: "" }] };
  }
  const [, method, path] = ROUTE_KEY.exec(routeKey) ?? [];
  if (!method || !path) {
    throw new TypeError(`startHttpApi({ routes: ["${routeKey}"] }): expected "METHOD /path" or "$default"`);
  }
  return { routeKey, method: method === "ANY" ? undefined : method, segments: split(path).map(parseSegment) };
}

/**
 * The route that takes a request: the one that fits most exactly, as API Gateway chooses; `undefined` when none does.
 *
 * A text segment is nearer than a parameter, that than a greedy one, an exact method than `ANY`; `$default` comes last.
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): MatchedRoute | undefined {
  const parts = split(path);
  const fitting = routes.filter(
    (route) => (route.method ?? method) === method && fits(route.segments, parts),
  );
  const [best] = fitting.toSorted((a, b) => rank(a).localeCompare(rank(b)));
  return best && { routeKey: best.routeKey, pathParameters: parameters(best, parts) };
}

function split(path: string): string[] {
  return path.split("/").slice(1);
}

function parseSegment(segment: string): Segment {
  const [, name, plus] = /^\{([^{}+]+)(\+?)\}$/.exec(segment) ?? [];
  if (name === undefined) return { kind: "text", name: segment };
  return { kind: plus ? "greedy" : "parameter", name };
}

function fits(segments: readonly Segment[], parts: readonly string[]): boolean {
  const greedy = segments.at(-1)?.kind === "greedy";
  if (greedy ? parts.length < segments.length : parts.length !== segments.length) return false;
  return segments.every(({ kind, name }, index) => kind !== "text" || name === parts[index]);
}

const NEARNESS = { text: "0", parameter: "1", greedy: "2" } as const;

function rank({ routeKey, method, segments }: Route): string {
  if (routeKey === DEFAULT) return "9";
  return segments.map(({ kind }) => NEARNESS[kind]).join("") + (method ? "0" : "1");
}

function parameters(
  { routeKey, segments }: Route,
  parts: readonly string[],
): Record<string, string> | undefined {
  if (routeKey === DEFAULT) return undefined;
  const entries = segments.flatMap(({ kind, name }, index) => {
    if (kind === "text") return [];
    const value = kind === "greedy" ? parts.slice(index).join("/") : (parts[index] ?? "");
    return [[name, decode(value)]];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
