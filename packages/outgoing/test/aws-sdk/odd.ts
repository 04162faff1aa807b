import fc from "fast-check";

/** What JavaScript may give where a field of another kind is expected. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(undefined, null, "", "{}", "[]", '{"a":1}', Number.NaN, 1n, Symbol("odd"), () => {}),
  fc.anything({ maxDepth: 2 }),
  fc.uint8Array({ maxLength: 8 }),
);

/** Inputs whose fields of these names are odd, or missing. */
export function oddInputs(...names: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(Object.fromEntries(names.map((name) => [name, odd])), { requiredKeys: [] });
}
