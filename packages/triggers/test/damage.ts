import fc from "fast-check";

/** A copy of an event with some of its parts, however deep, replaced by what the arbitrary makes, or left out. */
export function damaged(event: unknown, values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.array(fc.tuple(fc.nat(), fc.option(values)), { minLength: 1, maxLength: 4 }).map((edits) => {
    const copy = structuredClone(event);
    const parts = partsOf(copy);
    for (const [pick, value] of edits) {
      const part = parts[pick % (parts.length || 1)];
      if (!part) continue;
      if (value === null) Reflect.deleteProperty(part.owner, part.key);
      else Reflect.set(part.owner, part.key, value);
    }
    return copy;
  });
}

/** A value somewhere in an event: what it is in, and the way there. */
export interface Part {
  readonly owner: object;
  readonly key: string;
  readonly path: readonly string[];
}

export function partsOf(value: unknown, path: readonly string[] = []): Part[] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => [
    { owner: value, key, path: [...path, key] },
    ...partsOf(part, [...path, key]),
  ]);
}
