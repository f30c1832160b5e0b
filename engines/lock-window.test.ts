import { expect, test } from "vitest";

import { lockWindow } from "./lock-window.js";

const now = new Date("2026-05-01T00:00:00Z");
const day = (days: number) => new Date(now.getTime() + days * 86_400_000);

test.each([
  ["nothing says when it goes", undefined, day(30), day(15)],
  ["it goes after the window", day(400), day(30), day(15)],
  ["it goes within the window", day(20), day(20), day(15)],
  ["it goes before half of the window is over", day(3), day(3), day(3)],
  // Kept all the same: the last that was verified, or held.
  ["it should be gone", day(-1), day(30), day(15)],
])("%s", (_, expires, until, least) => {
  expect(lockWindow(now, 30, expires)).toEqual({ until, least });
});

test("locks end on whole seconds, and never before what is asked", () => {
  const { until } = lockWindow(now, 30, new Date(day(3).getTime() + 1));
  expect(until).toEqual(new Date(day(3).getTime() + 1_000));
});
