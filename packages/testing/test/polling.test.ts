import { expect, test } from "vitest";
import { startPolling } from "../src/polling.ts";

const HOUR = 3_600_000;

test("looks never overlap, and each that was asked for is taken", async () => {
  let [running, most, looks] = [0, 0, 0];
  const polling = startPolling(async () => {
    looks += 1;
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
  }, HOUR);
  await Promise.all([polling.look(), polling.look()]);
  await polling.stop();
  expect([most, looks, running]).toEqual([1, 3, 0]);
});

test("a look that fails is an error, and the next is taken", async () => {
  const failure = new Error("no");
  let looks = 0;
  const polling = startPolling(async () => {
    looks += 1;
    if (looks === 1) throw failure;
  }, HOUR);
  await polling.look();
  await polling.stop();
  expect([polling.errors, looks]).toEqual([[failure], 2]);
});

test("stopping waits for the look in progress, and looks no more", async () => {
  let finished = 0;
  const polling = startPolling(async () => {
    await new Promise(setImmediate);
    finished += 1;
  }, 0);
  await polling.stop();
  expect(finished).toBe(1);
  await new Promise(setImmediate);
  expect(finished).toBe(1);
});
