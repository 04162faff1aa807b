import { type Context, diag } from "@opentelemetry/api";
import { activate, type Ending, type LiveContext } from "@throughline/otel";
import type { MiddyRequest } from "./request.ts";

/** Something that began with an invocation and must end with it. */
export interface Running {
  /** What the caller gets for this result. Never throws. */
  answer?(result: unknown): unknown;
  /** Called once, with how the invocation went. What it returns, the response waits for. */
  end(ending: Ending): Promise<void> | undefined;
}

const CHAIN = Symbol.for("@throughline/chain");

/** All that is put around one request, each ending exactly once whatever Middy's chain does. */
export class Chain {
  readonly #running = new Map<string, Running>();
  #scope: LiveContext | undefined;

  /** The request's chain, begun at the first call. It stays on the request: other middlewares replace `internal`. */
  static of(request: MiddyRequest): Chain {
    const holder = request as { [CHAIN]?: Chain };
    const known = holder[CHAIN];
    if (known) return known;
    const chain = new Chain();
    Object.defineProperty(holder, CHAIN, { value: chain });
    watch(request, chain);
    return chain;
  }

  /** Whether an execution mode runs the chain within a scope and ends it, so that hooks need not. */
  get scoped(): boolean {
    return this.#scope !== undefined;
  }

  enter(scope: LiveContext): void {
    this.#scope = scope;
  }

  /** Makes a context active for the rest of the chain; gives the way to end that, or `undefined` when it cannot be done. */
  activate(target: Context): (() => void) | undefined {
    if (!this.#scope) return activate(target);
    this.#scope.point(target);
    return () => {};
  }

  has(name: string): boolean {
    return this.#running.has(name);
  }

  add(name: string, running: Running): void {
    this.#running.set(name, running);
  }

  /** What the caller gets for a result. */
  answer(result: unknown): unknown {
    return [...this.#running.values()].reduce(
      (answer, running) => (running.answer ? running.answer(answer) : answer),
      result,
    );
  }

  end(name: string, ending: Ending): Promise<void> | undefined {
    const running = this.#running.get(name);
    if (!running) return undefined;
    this.#running.set(name, ENDED);
    try {
      return running.end(ending);
    } catch (error) {
      diag.error(`Throughline: ${name} did not end`, error);
      return undefined;
    }
  }

  /** Ends all that still runs, the last begun first. */
  async endAll(ending: Ending): Promise<void> {
    for (const name of [...this.#running.keys()].reverse()) await this.end(name, ending);
  }
}

const ENDED: Running = { end: () => undefined };

/**
 * Ends a chain that is cut short.
 *
 * Middy calls neither `after` nor `onError` when another hook returns early or an `onError` throws. It does assign the early
 * response to `request.response`, and the second error to `request.error`: accessors see both. None is put on
 * `earlyResponse`, which Middy tests with `in`.
 */
function watch(request: MiddyRequest, chain: Chain): void {
  let { response, error } = request;
  let failed = false;
  Object.defineProperties(request, {
    response: {
      configurable: true,
      enumerable: true,
      get: () => response,
      set(value: unknown) {
        response = value;
        if (!("earlyResponse" in request) || !Object.is(request.earlyResponse, value) || chain.scoped) return;
        response = chain.answer(value);
        // An onError that answers with undefined has handled nothing: Middy throws the error.
        cut(failed && value === undefined ? { error } : { result: response });
      },
    },
    error: {
      configurable: true,
      enumerable: true,
      get: () => error,
      set(value: unknown) {
        const before = error;
        error = value;
        if (failed && isThrown(value, before)) cut({ error: value });
        failed = true;
      },
    },
  });

  function cut(ending: Ending): void {
    // Nobody can be made to wait here; what is not flushed after the response goes with the next invocation.
    if (!chain.scoped) void chain.endAll(ending);
  }
}

/**
 * Whether it was Middy that assigned the error, because an `onError` threw it, and not a hook that describes the error it has.
 * Middy notes on what was thrown which error it was thrown over; on the same error, and on what is no object, it cannot.
 */
function isThrown(value: unknown, before: unknown): boolean {
  if (value === before || typeof value !== "object" || value === null) return true;
  return before !== undefined && (value as { originalError?: unknown }).originalError === before;
}
