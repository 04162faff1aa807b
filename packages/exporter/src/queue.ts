import type { ReadableSpan } from "@opentelemetry/sdk-trace";

/** Spans that wait for an export, oldest first. Bounded: what is too much pushes out the oldest, counted. */
export class SpanQueue {
  readonly #capacity: number;
  #spans: ReadableSpan[] = [];
  #dropped = 0;

  constructor(capacity = 2048) {
    this.#capacity = capacity;
  }

  /** How many spans were pushed out since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  push(span: ReadableSpan): void {
    this.#spans.push(span);
    this.#trim();
  }

  /** Empties the queue. */
  take(): ReadableSpan[] {
    const spans = this.#spans;
    this.#spans = [];
    return spans;
  }

  /** What could not be sent goes first next time. */
  putBack(spans: readonly ReadableSpan[]): void {
    this.#spans = [...spans, ...this.#spans];
    this.#trim();
  }

  #trim(): void {
    const excess = this.#spans.length - this.#capacity;
    if (excess <= 0) return;
    this.#spans.splice(0, excess);
    this.#dropped += excess;
  }
}
