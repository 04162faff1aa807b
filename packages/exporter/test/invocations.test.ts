import { expect, test } from "vitest";
import { Invocations } from "../src/invocations.ts";

const soon = () => Date.now() + 1000;

test.each([
  ["after the event", (begun: () => void) => setTimeout(begun, 5)],
  ["before the event", (begun: () => void) => begun()],
])("an invocation that starts and ends %s is waited for", async (_, when) => {
  const invocations = new Invocations();
  let waited: boolean | undefined;
  const run = () => {
    invocations.start("a");
    waited = invocations.end("a");
  };
  when(run);
  expect(await invocations.ends("a", soon())).toBe(true);
  expect(waited).toBe(true);
});

test("an invocation that nobody traces is given up, and its late end is told so", async () => {
  const invocations = new Invocations();
  expect(await invocations.ends("a", soon())).toBe(false);
  expect(invocations.end("a")).toBe(false);
  invocations.start("b");
  invocations.end("b");
  expect(await invocations.ends("b", soon())).toBe(true);
});

test("an invocation that outlives its moment is given up", async () => {
  const invocations = new Invocations();
  invocations.start("a");
  expect(await invocations.ends("a", Date.now() + 5)).toBe(false);
  expect(invocations.end("a")).toBe(false);
});

test("a retry comes with the id of the attempt before, and is waited for anew", async () => {
  const invocations = new Invocations();
  invocations.start("a");
  invocations.end("a");
  expect(await invocations.ends("a", soon())).toBe(true);
  expect(invocations.end("a")).toBe(false);
  const second = invocations.ends("a", soon());
  invocations.start("a");
  let over = false;
  void second.then(() => {
    over = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(over).toBe(false);
  expect(invocations.end("a")).toBe(true);
  expect(await second).toBe(true);
});

test("one that several started ends with the last of them", async () => {
  const invocations = new Invocations();
  invocations.start("a");
  invocations.start("a");
  invocations.end("a");
  expect(await invocations.ends("a", Date.now() + 5)).toBe(false);
});
