import type { Link, Span } from "@opentelemetry/api";

/** Links a live span, where its SDK can: those before 1.26 cannot. */
export function addLink(span: Span, link: Link): void {
  if (span.isRecording()) (span as Partial<Span>).addLink?.(link);
}
