import { context, diag, TraceFlags } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";
import { DEFAULT_TIMEOUT, deadline, within } from "./deadline.ts";
import { SpanQueue } from "./queue.ts";
import { type Sink, SinkError } from "./sinks/sink.ts";

/**
 * Buffers ended spans and exports them when asked, once; no timers.
 *
 * A flush waits for an export that is under way, too: one that only started its own would let Lambda freeze the other.
 */
export class InvocationProcessor implements SpanProcessor {
  readonly #sink: Sink;
  readonly #queue: SpanQueue;
  #exports: Promise<void> = Promise.resolve();

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
    this.#exports = this.#exports.then(() => this.#export(until));
    return within(until, this.#exports);
  }

  forceFlush(): Promise<void> {
    return this.flush(deadline(DEFAULT_TIMEOUT));
  }

  shutdown(): Promise<void> {
    return this.forceFlush();
  }

  async #export(until: number): Promise<void> {
    const spans = this.#queue.take();
    if (spans.length === 0) return;
    try {
      // The export's own HTTP request is nobody's span.
      await context.with(suppressTracing(context.active()), () => this.#sink.send(spans, until));
    } catch (error) {
      if (error instanceof SinkError && error.retryable) this.#queue.putBack(spans);
      diag.error(`Throughline: ${spans.length} spans were not exported`, error);
    }
  }
}
