import { expect, test } from "vitest";
import { deadline, MARGIN, within } from "../src/deadline.ts";

test("a flush ends at the configured time, or the margin before the function's deadline, whichever is first", () => {
  const now = Date.now();
  expect(deadline(500) - now).toBeGreaterThanOrEqual(500);
  expect(deadline(500, now + 300)).toBe(now + 300 - MARGIN);
  expect(deadline(500, now - 10)).toBeLessThan(now);
});

test("work that outlives its moment is not waited for; work that fails first fails", async () => {
  await within(Date.now() + 5, new Promise(() => {}));
  await within(Date.now() - 5, new Promise(() => {}));
  await expect(within(Date.now() + 1000, Promise.reject(new Error("no")))).rejects.toThrow("no");
});
