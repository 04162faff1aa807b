/** An authorizer's answer, and whether it was asked for it now. */
export interface Answered {
  readonly answer: unknown;
  readonly asked: boolean;
}

/**
 * Asks, unless the same identity was answered less than `ttl` seconds ago. What fails is not kept; nor is anything with a `ttl` of 0.
 */
export function answerCache(
  ttl: number,
): (identity: readonly string[], ask: () => Promise<unknown>) => Promise<Answered> {
  const kept = new Map<string, { readonly answer: unknown; readonly until: number }>();
  return async (identity, ask) => {
    const key = JSON.stringify(identity);
    const known = kept.get(key);
    if (known && Date.now() < known.until) return { answer: known.answer, asked: false };
    const answer = await ask();
    kept.set(key, { answer, until: Date.now() + ttl * 1000 });
    return { answer, asked: true };
  };
}
