import type { SpanKind } from "@opentelemetry/api";
import type { SpanPointer } from "@throughline/payloads";
import type { Place } from "@throughline/propagation";
import type { Attributes } from "@throughline/triggers";
import type { Injection } from "./injection.ts";

/** What a command was given, or gave: fields of any kind, as users fill them. */
export type Fields = Readonly<Record<string, unknown>>;

/** What one operation of a service is to a trace. All of it is asked for fields that may be missing or of another kind. */
export interface Operation {
  /** Default `CLIENT`. */
  readonly kind?: SpanKind | undefined;
  /** The span's name when the conventions know a better one than `{service}.{operation}`. Low cardinality. */
  readonly spanName?: ((input: Fields) => string | undefined) | undefined;
  readonly attributes?: ((input: Fields) => Attributes) | undefined;
  /** The input with the context in it, copied where it differs; the input itself where there is nothing to do. */
  readonly inject?: ((input: Fields, into: Injection) => Fields) | undefined;
  /** The input's list whose entries are answered one by one, by their `Id`, in `Successful` and `Failed`. */
  readonly entries?: string | undefined;
  /** What the answer tells beyond success. */
  readonly answered?: ((output: Fields, input: Fields, settings: AnswerSettings) => Answer) | undefined;
}

/** What reading an answer may need to be told. */
export interface AnswerSettings {
  /** The primary keys of DynamoDB tables. */
  readonly tableKeys: Readonly<Record<string, readonly string[]>>;
}

export interface Answer {
  /** The kind of error that a call tells of which itself succeeded. */
  readonly error?: string | undefined;
  readonly attributes?: Attributes | undefined;
  /** For each message received, where its context may be; they are linked. */
  readonly messages?: readonly Iterable<Place>[] | undefined;
  /** What was written, for those whom the change will start. */
  readonly pointers?: readonly (SpanPointer | undefined)[] | undefined;
}

/**
 * One AWS service: a file of its own under `services`, named as the service is.
 *
 * An operation that it does not name gets a span all the same.
 */
export interface Service {
  /** What its client is called, without `Client`. */
  readonly client: string;
  /** What all of its operations have in common. */
  readonly attributes?: ((input: Fields) => Attributes) | undefined;
  /** By the API's name for them. */
  readonly operations: Readonly<Record<string, Operation>>;
}
