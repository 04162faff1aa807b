import { context, diag, TraceFlags } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";
import { once } from "@throughline/otel";
import { DEFAULT_TIMEOUT, deadline, within } from "./deadline.ts";
import { SpanQueue } from "./queue.ts";
import type { Sink, SinkError } from "./sinks/sink.ts";

/**
 * Buffers ended spans and exports them when asked, once; no timers.
 *
 * A flush waits for an export that is under way, too: one that only started its own would let Lambda freeze the other. One export
 * runs and at most one waits, which takes all that ended meanwhile, so that a slow collector gets fewer and larger ones.
 */
export class InvocationProcessor implements SpanProcessor {
  readonly #sink: Sink;
  readonly #queue: SpanQueue;
  #running: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;
  #until = 0;

  constructor(sink: Sink, queue: SpanQueue = new SpanQueue()) {
    this.#sink = sink;
    this.#queue = queue;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) this.#queue.push(span);
  }

  /** Exports all that has ended, until the moment given (epoch milliseconds). Never rejects. */
  flush(until: number): Promise<void> {
    this.#until = Math.max(this.#until, until);
    this.#waiting ??= this.#running.then(() => {
      this.#waiting = undefined;
      this.#running = this.#export(this.#until);
      this.#until = 0;
      return this.#running;
    });
    return within(until, this.#waiting);
  }

  forceFlush(): Promise<void> {
    return this.flush(deadline(DEFAULT_TIMEOUT));
  }

  shutdown(): Promise<void> {
    return this.forceFlush();
  }

  async #export(until: number): Promise<void> {
    // What could only be begun would be sent again by the next export.
    if (until <= Date.now()) return;
    const spans = this.#queue.take();
    if (spans.length === 0) return;
    try {
      // The export's own HTTP request is nobody's span.
      const sent = context.with(suppressTracing(context.active()), () => this.#sink.send(spans, until));
      await within(until, sent);
    } catch (error) {
      if ((error as SinkError | null | undefined)?.retryable === true) this.#queue.putBack(spans);
      diag.error(`Throughline: ${spans.length} spans were not exported`, error);
      if (once("export-warning")) console.warn(`Throughline: spans were not exported: ${messageOf(error)}`);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
