import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { expect, test } from "vitest";
import * as semconv from "../../triggers/src/semconv.ts";
import { fixtures } from "../../triggers/test/fixtures.ts";
import { lambdaResource, startInvocation } from "../src/index.ts";
import { lambdaContext, recorder } from "./harness.ts";

const { tracer, take } = recorder();

/** All that is ever said, of spans, links, exceptions and the resource. */
function emittedKeys(): string[] {
  for (const { event } of fixtures) {
    for (const ending of [{ result: { statusCode: 500 } }, { error: new Error("boom") }]) {
      startInvocation(event, lambdaContext(), { tracer, decide: () => true }).end(ending);
    }
  }
  const spans = take();
  const env = Object.fromEntries(
    ["NAME", "VERSION", "MEMORY_SIZE"].map((key) => [`AWS_LAMBDA_FUNCTION_${key}`, "1"]),
  );
  const rest = { AWS_REGION: "1", AWS_LAMBDA_LOG_GROUP_NAME: "1", AWS_LAMBDA_LOG_STREAM_NAME: "1" };
  const said = spans.flatMap(({ attributes, links, events }) => [
    attributes,
    ...links.map((link) => link.attributes ?? {}),
    ...events.map((event) => event.attributes ?? {}),
  ]);
  return [...new Set([...said, lambdaResource({ ...env, ...rest })].flatMap(Object.keys))];
}

/** The keys of span pointers are Datadog's, and no convention's. */
const POINTER_KEYS = ["link.kind", "ptr.kind", "ptr.dir", "ptr.hash"];
const emitted = emittedKeys();
const keys = emitted.filter((key) => !POINTER_KEYS.includes(key));

test("span pointers say what Datadog's say", () => {
  expect(emitted.filter((key) => POINTER_KEYS.includes(key)).sort()).toEqual(POINTER_KEYS.toSorted());
});

test("every attribute's key is one of the conventions'", () => {
  const registry = Object.entries(conventions).flatMap(([name, key]) =>
    name.startsWith("ATTR_") ? [key] : [],
  );
  expect(keys.length).toBeGreaterThan(30);
  expect(keys.filter((key) => !registry.includes(key as never))).toEqual([]);
});

test("the table spells every key that is ours, so that nothing escapes its own tests", () => {
  const table: readonly string[] = Object.values(semconv);
  const sdk = ["exception.type", "exception.message", "exception.stacktrace"];
  expect(keys.filter((key) => !table.includes(key)).sort()).toEqual(sdk.sort());
});
