import { type Context, createContextKey, diag } from "@opentelemetry/api";

/** What was begun within an invocation and must not outlast it, such as the span of a response whose body nobody reads. */
export interface OpenWork {
  /** Whether the invocation has ended. */
  readonly over: boolean;
  /** Has `close` called when the invocation ends, or at once when it has; gives the way to take that back. */
  add(close: () => void): () => void;
}

const OPEN_WORK = createContextKey("@throughline/open-work");

/** The open work of the invocation that a context belongs to; `undefined` outside. */
export function openWork(within: Context): OpenWork | undefined {
  return within.getValue(OPEN_WORK) as OpenWork | undefined;
}

/** The context with a place for open work of its own, and the way to close all that is there. Never throws. */
export function withOpenWork(onto: Context): { readonly context: Context; close(): void } {
  const closers = new Set<() => void>();
  let over = false;
  const work: OpenWork = {
    get over() {
      return over;
    },
    add(close) {
      if (over) quietly(close);
      else closers.add(close);
      return () => void closers.delete(close);
    },
  };
  return {
    context: onto.setValue(OPEN_WORK, work),
    close() {
      over = true;
      for (const close of closers) quietly(close);
      closers.clear();
    },
  };
}

function quietly(close: () => void): void {
  try {
    close();
  } catch (error) {
    diag.error("Throughline: what an invocation left open could not be closed", error);
  }
}
