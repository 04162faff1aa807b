/**
 * One value for all copies of this package in the process: the ES module, the CommonJS one, a bundle's and a layer's.
 *
 * A module's own variable would exist once in each copy.
 */
export function shared<Value>(name: string, create: () => Value): Value {
  const holder = globalThis as Record<symbol, unknown>;
  const key = Symbol.for(`@throughline/${name}`);
  holder[key] ??= create();
  return holder[key] as Value;
}

/** Whether it is asked for the first time in this process, whichever copy of the package asks: for what is said once. */
export function once(name: string): boolean {
  const asked = shared(name, () => ({ before: false }));
  const first = !asked.before;
  asked.before = true;
  return first;
}
