interface Tracked {
  readonly started: PromiseWithResolvers<void>;
  readonly ended: PromiseWithResolvers<void>;
  /** Nobody waits for its end any more. */
  abandoned: boolean;
}

// Covers middlewares before ours; an invocation that nobody traces (a warm-up answered early) is billed this much more.
const GRACE = 100;

/** The traced invocations. The runtime and the extension hear of one on different sockets, in either order. */
export class Invocations {
  readonly #tracked = new Map<string, Tracked>();

  start(requestId: string): void {
    this.#of(requestId).started.resolve();
  }

  /** Whether somebody waits for this end, or will. */
  end(requestId: string): boolean {
    const tracked = this.#of(requestId);
    tracked.ended.resolve();
    return !tracked.abandoned;
  }

  /** Waits for the end of a traced invocation; `false` when none shows up, or it outlives the moment given. */
  async ends(requestId: string, until: number): Promise<boolean> {
    this.#forgetOthers(requestId);
    const tracked = this.#of(requestId);
    const shown = await settles(
      Promise.race([tracked.started.promise, tracked.ended.promise]),
      Date.now() + GRACE,
    );
    const ended = shown && (await settles(tracked.ended.promise, until));
    tracked.abandoned = !ended;
    return ended;
  }

  #of(requestId: string): Tracked {
    const known = this.#tracked.get(requestId);
    if (known) return known;
    const tracked = {
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
    const timer = setTimeout(() => resolve(false), Math.max(0, until - Date.now()));
    timer.unref();
    void promise.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
