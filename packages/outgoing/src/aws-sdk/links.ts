import type { Link, Span } from "@opentelemetry/api";
import { quietly } from "./quietly.ts";

/** Links a live span, where its SDK can: those before 1.26 cannot. */
export function addLink(span: Span, link: Link): void {
  quietly(() => {
    if (span.isRecording()) (span as Partial<Span>).addLink?.(link);
  });
}
