import { type Context, context, createContextKey, diag, ROOT_CONTEXT } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { shared } from "./shared.ts";

const BEFORE = createContextKey("@throughline/before");
const PROBE = createContextKey("@throughline/probe");
const PROBED = ROOT_CONTEXT.setValue(PROBE, true);

/**
 * A context that stands for another and can be pointed elsewhere later.
 *
 * A Middy hook can only make a context active by entering it, which leaks it to whoever called. What leaks is this; pointed at
 * what was active before when its invocation ends, it leaves nothing behind. What is derived from it is an ordinary context of
 * its own.
 */
export class LiveContext implements Context {
  #target: Context | undefined;
  readonly #before: Context | undefined;
  readonly #meanwhile: Context;

  /** Without a target it stands for `meanwhile` until it is pointed at one. `before` was active when this one was entered. */
  constructor(target?: Context, before?: Context, meanwhile: Context = ROOT_CONTEXT) {
    this.#target = target;
    this.#before = before;
    this.#meanwhile = meanwhile;
  }

  point(target: Context): void {
    this.#target = target;
  }

  getValue(key: symbol): unknown {
    return key === BEFORE ? this.#before : (this.#target ?? this.#meanwhile).getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return this.#target?.setValue(key, value) ?? derive(this, key, value);
  }

  deleteValue(key: symbol): Context {
    return this.#target?.deleteValue(key) ?? derive(this, key, undefined);
  }
}

/** Managers like Sentry's run no context but one that they derived: what it is derived from may yet be pointed somewhere. */
function derive(from: Context, own: symbol, value: unknown): Context {
  const derived: Context = {
    getValue: (key) => (key === own ? value : from.getValue(key)),
    setValue: (key, next) => derive(derived, key, next),
    deleteValue: (key) => derive(derived, key, undefined),
  };
  return derived;
}

/**
 * Makes a context active for the rest of this asynchronous execution and all that it starts, without a callback; gives the way
 * to end that. `undefined` when the context manager in place cannot.
 */
export function activate(target: Context): (() => void) | undefined {
  ensureContextManager();
  const before = beforeAnyEntered(context.active());
  const live = new LiveContext(target, before);
  // API 1.10 on; older ones enter nobody's manager.
  const token = isOwnManager() ? ownManager().attach(live) : context.attach?.(live);
  if (context.active() === live) return () => live.point(before);
  token?.dispose();
  return undefined;
}

/** An entered context may be a leak of another invocation; to keep those would make a chain that grows with every one. */
function beforeAnyEntered(active: Context): Context {
  return (active.getValue(BEFORE) as Context | undefined) ?? active;
}

/** Runs a function within exactly this context. */
export function within<Result>(target: Context, run: () => Result): Result {
  ensureContextManager();
  return context.with(target, run);
}

/** Registers a context manager when nobody has. */
export function ensureContextManager(): void {
  if (context.with(PROBED, () => isProbed(context.active()))) return;
  if (!context.setGlobalContextManager(ownManager()))
    diag.warn("Throughline: no context manager could be registered");
}

/** Managers may run something derived from what they were given, as Sentry's does. */
function isProbed(active: Context): boolean {
  return active.getValue(PROBE) === true;
}

/** The one in place may be ours, of this copy of the package or another; what it runs, ours then sees. */
function isOwnManager(): boolean {
  return context.with(PROBED, () => isProbed(ownManager().active()));
}

function ownManager(): AsyncLocalStorageContextManager {
  return shared("context-manager", () => new AsyncLocalStorageContextManager());
}
