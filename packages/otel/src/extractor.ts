import { contextFrom, type Format, type TraceContext } from "@throughline/propagation";
import { once } from "./shared.ts";

/**
 * A user's own way to find the trace context of an event: given what the handler is given, it returns a `TraceContext`, headers in
 * any format, or Datadog's `{ traceId, parentId, sampleMode }`; `undefined` when it finds none.
 */
export type Extractor = (event: unknown, context: unknown) => unknown;

/**
 * The context that an extractor finds, at once or as a promise when it is asynchronous. One that fails or finds none gives
 * `undefined`, with one warning in the process's life. Never throws, never rejects.
 */
export function runExtractor(
  extractor: Extractor,
  event: unknown,
  context: unknown,
  formats: readonly Format[] | undefined,
): TraceContext | undefined | Promise<TraceContext | undefined> {
  const read = (result: unknown) => {
    const found = contextFrom(result, formats);
    if (!found) warnOnce("found no trace context");
    return found;
  };
  const failed = (error: unknown) => warnOnce("failed", error);
  try {
    const result = extractor(event, context);
    return isThenable(result) ? Promise.resolve(result).then(read, failed) : read(result);
  } catch (error) {
    return failed(error);
  }
}

/**
 * The extractor that a setting names, `path/file.export` under the task root, as a handler is named: ES module or CommonJS, nested
 * exports. It is loaded once; should that fail, the log says so and every invocation goes on without.
 */
export function loadExtractor(
  setting: string,
  root: string = process.env.LAMBDA_TASK_ROOT ?? process.cwd(),
): Extractor {
  const loading = load(setting, root).catch((error: unknown) => {
    console.error(`Throughline: the trace extractor "${setting}" could not be loaded from ${root}:`, error);
    return undefined;
  });
  return async (event, context) => (await loading)?.(event, context);
}

const EXTENSIONS = [".mjs", ".cjs", ".js"];

async function load(setting: string, root: string): Promise<Extractor> {
  const { join } = process.getBuiltinModule("node:path");
  const { existsSync } = process.getBuiltinModule("node:fs");
  const { pathToFileURL } = process.getBuiltinModule("node:url");
  const dot = setting.indexOf(".", setting.lastIndexOf("/") + 1);
  const [path, names] = [setting.slice(0, dot), setting.slice(dot + 1)];
  if (dot <= 0 || setting.includes("..")) throw new TypeError('expected "path/file.function"');
  const file = EXTENSIONS.map((extension) => join(root, path + extension)).find((name) => existsSync(name));
  if (!file) throw new Error(`there is no ${join(root, path)}.{mjs,cjs,js}`);
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const exported = member(module, names) ?? member(module.default, names);
  if (typeof exported !== "function") throw new TypeError(`${file} exports no function "${names}"`);
  return exported as Extractor;
}

function member(module: unknown, names: string): unknown {
  return names
    .split(".")
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], module);
}

function warnOnce(what: string, error?: unknown): undefined {
  if (!once("extractor-warning")) return undefined;
  console.warn(
    `Throughline: the trace extractor ${what}; the event is read as usual.`,
    ...(error ? [error] : []),
  );
  return undefined;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
