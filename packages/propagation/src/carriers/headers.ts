import { type Carrier, empty } from "../carrier.ts";

/**
 * Headers in any case, single (`{ name: "value" }`), multi-value (`{ name: ["a", "b"] }`), or both objects of one event.
 *
 * The first object that has the name answers, so pass the one that keeps repeated values first. Either may be missing.
 */
export function headers(...objects: readonly unknown[]): Carrier {
  const maps = objects.length === 1 ? objects : objects.filter(isMap);
  const [first] = maps;
  if (!isMap(first)) return empty;
  if (maps.length === 1) return (key) => join(lookUp(first, key));
  return (key) => {
    for (const map of maps) {
      const value = join(lookUp(map as Record<string, unknown>, key));
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

function isMap(object: unknown): object is Record<string, unknown> {
  return typeof object === "object" && object !== null;
}

/** The value of a name in any case. */
export function lookUp(map: Record<string, unknown>, key: string): unknown {
  if (Object.hasOwn(map, key)) return map[key];
  // The client's spelling survives in REST API events; gateways that fold case took the shortcut above.
  for (const name in map) {
    if (mayBe(name, key) && name.toLowerCase() === key && Object.hasOwn(map, name)) return map[name];
  }
  return undefined;
}

/** Spares most names the folding, which is what takes time. */
function mayBe(name: string, key: string): boolean {
  if (name.length !== key.length) return false;
  const fold = 0x20; // The bit that tells an ASCII letter's cases apart.
  return (name.charCodeAt(0) | fold) === (key.charCodeAt(0) | fold);
}

function join(value: unknown): string | undefined {
  if (typeof value === "string") return value || undefined;
  if (!Array.isArray(value)) return undefined;
  return value.filter((item) => typeof item === "string" && item !== "").join(",") || undefined;
}
