import type { SpanPointer } from "@throughline/payloads";
import type { Place } from "@throughline/propagation";

/** Span attributes, keyed by the semantic conventions. */
export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** `faas.trigger`. */
export type TriggerKind = "http" | "pubsub" | "datasource" | "timer" | "other";

/** One upstream unit that an event holds: an HTTP request, a queue's message, a stream's record. */
export interface Message {
  /** How a partial batch response names it. */
  readonly id?: string | undefined;
  /**
   * Where its trace context may be, nearest first.
   *
   * Written as a generator, a source pays for a place only when it is reached: a body is not parsed when an attribute answered.
   */
  places(): Iterable<Place>;
  /**
   * What was written, where it tells of that: an S3 object, a DynamoDB item. The span of whoever wrote it holds the same pointers.
   *
   * Asked for after `places`, and not at all where pointers are switched off: what must be parsed or hashed waits until then.
   */
  pointers?(): readonly SpanPointer[];
  /** What the conventions say of this message alone; goes on its link. */
  readonly attributes?: Attributes | undefined;
  /** Whether its context is only linked: it tells of another piece of work, which came to its own end. */
  readonly linked?: boolean | undefined;
}

/** An event inside another one: what started the function whose result is delivered, a durable execution's input. */
export interface InnerEvent {
  /** Where it was found, said for people. */
  readonly at: string;
  readonly event: unknown;
  /** Whether its messages are only linked. */
  readonly linked?: boolean | undefined;
}

/** What an invocation's result says of itself. */
export interface Outcome {
  /** HTTP triggers: the status code answered. */
  readonly statusCode?: number | undefined;
  /** Batch triggers: the ids of the messages that failed. */
  readonly failed?: readonly string[] | undefined;
}

/**
 * One kind of event that can start a function.
 *
 * A member is an object literal in a file of its own, named as the file is. Its `match` claims its own events and no other
 * trigger's: exactly one matches each event, in whatever order they are asked.
 */
export interface Trigger<Event = unknown> {
  readonly name: string;
  readonly kind: TriggerKind;
  /** Whether its events hold a list of messages, so that several traces may meet in one invocation. */
  readonly batch?: boolean | undefined;
  /** Cheap; never throws, never parses. */
  match(event: unknown): event is Event;
  messages(event: Event): readonly Message[];
  /** The event that it brings along, if any. It is told apart by the same triggers, and its messages join this one's. */
  inner?(event: Event): InnerEvent | undefined;
  /** The span's name, when the conventions know a better one than the function's. Low cardinality. */
  spanName?(event: Event): string | undefined;
  attributes(event: Event): Attributes;
  outcome?(result: unknown, event: Event): Outcome;
  /**
   * The result with the trace's headers in it, where whoever gets it hands them to the next function: a copy. The result itself
   * where there is no room for them.
   */
  passOn?(result: unknown, event: Event, carried: Readonly<Record<string, string>>): unknown;
}
