/** Work that its producer does not wait for: a rule's targets, asynchronous invocations. */
export interface Deliveries {
  /** What they rejected with; deliveries are not repeated. */
  readonly failures: readonly unknown[];
  /** Begins on the next turn, when the producer has its answer. */
  start(work: () => Promise<unknown>): void;
  /** Resolves when every delivery so far, and those made meanwhile, has settled. */
  idle(): Promise<void>;
}

export function startDeliveries(): Deliveries {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  return {
    failures,
    start(work) {
      const delivery = nextTurn()
        .then(work)
        .then(
          () => {},
          (error: unknown) => {
            failures.push(error);
          },
        )
        .finally(() => running.delete(delivery));
      running.add(delivery);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
