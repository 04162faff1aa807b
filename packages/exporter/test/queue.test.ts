import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { SpanQueue } from "../src/queue.ts";

const span = (name: string) => ({ name }) as ReadableSpan;
const names = (spans: readonly ReadableSpan[]) => spans.map(({ name }) => name).join("");

test("what is put back goes first", () => {
  const queue = new SpanQueue();
  for (const name of "abc") queue.push(span(name));
  const taken = queue.take();
  queue.push(span("d"));
  queue.putBack(taken);
  expect(names(queue.take())).toBe("abcd");
  expect(queue.take()).toStrictEqual([]);
});

test("the oldest are pushed out, and counted", () => {
  const queue = new SpanQueue(3);
  for (const name of "abcd") queue.push(span(name));
  queue.putBack([span("x"), span("y")]);
  expect(names(queue.take())).toBe("bcd");
  expect(queue.dropped).toBe(3);
});
