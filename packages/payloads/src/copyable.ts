import { isRecord } from "./json.ts";

/**
 * Whether `{ ...value }` is the same as the object to whoever reads it: all of its fields are its own, not a prototype's or a
 * proxy's, and it does not say itself what it is as JSON.
 */
export function isCopyable(value: unknown): value is Record<string, unknown> {
  if (!isRecord(value) || process.getBuiltinModule("node:util").types.isProxy(value)) return false;
  const isJsonItself = typeof (value as { toJSON?: unknown }).toJSON === "function";
  return (
    !isJsonItself &&
    Object.getOwnPropertyNames(value).length === Object.keys(value).length &&
    !inherits(value)
  );
}

/** Methods do no harm; that of all objects is left out, whichever realm's it is. */
function inherits(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return false;
  const fields = Object.values(Object.getOwnPropertyDescriptors(prototype));
  return fields.some((field) => typeof field.value !== "function") || inherits(prototype);
}
