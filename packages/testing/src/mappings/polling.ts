import { setTimeout as delay } from "node:timers/promises";

/** Looks that are taken again and again, one at a time. */
export interface Polling extends AsyncDisposable {
  /** What went wrong between it and what it looks at; it goes on looking. */
  readonly errors: readonly unknown[];
  /** Looks now, after the look in progress; resolves when what was found has been worked on. */
  look(): Promise<void>;
  /** Resolves when the look in progress is over. */
  stop(): Promise<void>;
}

/** Begins at once; `interval` is in milliseconds from the end of a look. */
export function startPolling(once: () => Promise<void>, interval: number): Polling {
  const stopping = new AbortController();
  const { signal } = stopping;
  const errors: unknown[] = [];
  let turn = Promise.resolve();
  const look = (): Promise<void> => {
    turn = turn.then(once).catch((error: unknown) => {
      errors.push(error);
    });
    return turn;
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await look();
      await delay(interval, undefined, { signal }).catch(() => {});
    }
    await turn;
  };
  const running = run();
  const stop = (): Promise<void> => {
    stopping.abort();
    return running;
  };
  return { errors, look, stop, [Symbol.asyncDispose]: stop };
}
