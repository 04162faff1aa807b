import { timeLeft } from "./deadline.ts";

interface Tracked {
  /** How many have started it and not ended it yet: `tracing()` and `flush()` do so each. */
  running: number;
  readonly started: PromiseWithResolvers<void>;
  readonly ended: PromiseWithResolvers<void>;
  /** Nobody waits for its end any more. */
  abandoned: boolean;
}

// Covers middlewares before ours; an invocation that nobody traces (a warm-up answered early) is billed this much more.
const GRACE = 100;

/**
 * The traced invocations. The runtime and the extension hear of one on different sockets, in either order; and a retry of an
 * asynchronous invocation comes with the request id of the attempt before.
 */
export class Invocations {
  readonly #tracked = new Map<string, Tracked>();

  start(requestId: string): void {
    const tracked = this.#tracked.get(requestId) ?? this.#track(requestId);
    tracked.running += 1;
    tracked.started.resolve();
  }

  /** Whether somebody waits for this end, or will when the extension hears of the invocation. */
  end(requestId: string): boolean {
    const tracked = this.#tracked.get(requestId);
    if (!tracked) return false;
    tracked.running -= 1;
    if (tracked.running <= 0) tracked.ended.resolve();
    return !tracked.abandoned;
  }

  /** Waits for the end of a traced invocation; `false` when none shows up, or it outlives the moment given. */
  async ends(requestId: string, until: number): Promise<boolean> {
    this.#forgetOthers(requestId);
    const known = this.#tracked.get(requestId);
    const tracked = known && !known.abandoned ? known : this.#track(requestId);
    const shown = await settles(tracked.started.promise, Date.now() + GRACE);
    const ended = shown && (await settles(tracked.ended.promise, until));
    tracked.abandoned = !ended;
    if (ended) this.#tracked.delete(requestId);
    return ended;
  }

  #track(requestId: string): Tracked {
    const tracked = {
      running: 0,
      started: Promise.withResolvers<void>(),
      ended: Promise.withResolvers<void>(),
      abandoned: false,
    };
    this.#tracked.set(requestId, tracked);
    return tracked;
  }

  /** Lambda sends the next event only when the last invocation is over. */
  #forgetOthers(requestId: string): void {
    for (const id of this.#tracked.keys()) if (id !== requestId) this.#tracked.delete(id);
  }
}

/** Whether the promise settles by then. The timer does not keep the process alive. */
function settles(promise: Promise<void>, until: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeLeft(until));
    timer.unref();
    void promise.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
