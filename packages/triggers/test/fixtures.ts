import { readdirSync, readFileSync } from "node:fs";
import type { TraceContext } from "@throughline/propagation";
import type { Attributes, SpanPointer } from "../src/index.ts";

/** Ids, and the decision: `null` where upstream left it open. */
export interface ExpectedContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean | null;
}

/** What is to be made of an event, with the runtime silent and every option at its default. */
export interface Expected {
  readonly about: string;
  readonly trigger: string;
  readonly spanName: string | null;
  readonly parent: ExpectedContext | null;
  readonly links: readonly Pick<ExpectedContext, "traceId" | "spanId">[];
  /** The context of each message, and where it was found. */
  readonly messages: readonly (ExpectedContext | null)[];
  readonly found: readonly (string | null)[];
  /** What each message tells was written; left out where none tells of anything. */
  readonly pointers?: readonly (readonly SpanPointer[])[];
  readonly attributes: Attributes;
}

/** An event of `test/fixtures/events`, and the expectation beside it. */
export interface Fixture {
  readonly name: string;
  readonly event: unknown;
  readonly expected: Expected;
}

const root = new URL("../../../test/fixtures/events/", import.meta.url);

export const fixtures: readonly Fixture[] = readdirSync(root).flatMap((trigger) =>
  readdirSync(new URL(`${trigger}/`, root))
    .filter((file) => !file.endsWith(".expected.json"))
    .map((file) => file.replace(/\.json$/, ""))
    .map((name) => ({
      name: `${trigger}/${name}`,
      event: load(`${trigger}/${name}.json`),
      expected: load(`${trigger}/${name}.expected.json`) as Expected,
    })),
);

/** The event of one fixture, to be built upon. */
export function fixture<Event>(name: string): Event {
  return load(`${name}.json`) as Event;
}

/** A context as the expectations spell it. */
export function spell(context: TraceContext | undefined): ExpectedContext | null {
  if (!context) return null;
  const { traceId, spanId, sampled = null } = context;
  return { traceId, spanId, sampled };
}

function load(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, root), "utf8"));
}
