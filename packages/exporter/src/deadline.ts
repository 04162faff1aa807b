/** Milliseconds that a flush leaves Lambda before the function's deadline. */
export const MARGIN = 100;

/** Milliseconds that a flush may take where nobody says otherwise. */
export const DEFAULT_TIMEOUT = 1000;

/**
 * The moment (epoch milliseconds) at which a flush must be over: the configured time from now, but never later than the margin
 * before the function's own deadline.
 */
export function deadline(timeout: number, functionDeadline: number = Number.POSITIVE_INFINITY): number {
  return Math.min(Date.now() + timeout, functionDeadline - MARGIN);
}

/** Milliseconds until a moment, as a timer takes them. */
export function timeLeft(until: number): number {
  return Math.min(Math.max(0, until - Date.now()), 2 ** 31 - 1);
}

/** Settles as the work does, or resolves at the deadline, whichever is first. The work itself is not stopped. */
export async function within(until: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeLeft(until));
  });
  try {
    await Promise.race([work, elapsed]);
  } finally {
    clearTimeout(timer);
  }
}
