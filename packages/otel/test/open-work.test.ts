import { ROOT_CONTEXT } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { openWork, startInvocation } from "../src/index.ts";
import { recorder } from "./harness.ts";

const { tracer, take } = recorder();
const start = () => startInvocation({}, undefined, { tracer });

test("there is none outside of an invocation", () => {
  expect(openWork(ROOT_CONTEXT)).toBeUndefined();
});

test("it is closed when its invocation ends, before the invocation's span, and once", () => {
  const invocation = start();
  const work = openWork(invocation.context);
  const closed: number[] = [];
  work?.add(() => closed.push(take().length));
  expect([work?.over, closed]).toEqual([false, []]);
  invocation.end({ result: undefined });
  invocation.end({ result: undefined });
  expect([work?.over, closed, take().length]).toEqual([true, [0], 1]);
});

test("what was taken back is not closed", () => {
  const invocation = start();
  const closed: string[] = [];
  const forget = openWork(invocation.context)?.add(() => closed.push("one"));
  openWork(invocation.context)?.add(() => closed.push("two"));
  forget?.();
  invocation.end({ result: undefined });
  expect(closed).toEqual(["two"]);
  take();
});

test("what is added after the end is closed at once", () => {
  const invocation = start();
  invocation.end({ result: undefined });
  const closed: string[] = [];
  openWork(invocation.context)?.add(() => closed.push("late"));
  expect(closed).toEqual(["late"]);
  take();
});

test("work that cannot be closed keeps neither the rest nor the span open", () => {
  const invocation = start();
  const closed: string[] = [];
  openWork(invocation.context)?.add(() => {
    throw new Error("as asked");
  });
  openWork(invocation.context)?.add(() => closed.push("rest"));
  invocation.end({ result: undefined });
  expect([closed, take().length]).toEqual([["rest"], 1]);
});

test("invocations that run at once have each their own", () => {
  const [one, two] = [start(), start()];
  const closed: string[] = [];
  openWork(one.context)?.add(() => closed.push("one"));
  openWork(two.context)?.add(() => closed.push("two"));
  two.end({ result: undefined });
  expect(closed).toEqual(["two"]);
  one.end({ result: undefined });
  expect(closed).toEqual(["two", "one"]);
  take();
});
