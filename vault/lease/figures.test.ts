import { expect, test } from "vitest";

import { defaultFigures, leaseFigures, requiredSkew, waitTime } from "./index.js";

test("the shipped skew covers 60 ms of drift and 4 s of pause, and a takeover waits 65 s", () => {
  expect(requiredSkew(defaultFigures)).toBe(4_063);
  expect(leaseFigures()).toEqual(defaultFigures);
  expect(waitTime(defaultFigures)).toBe(65_000);
});

test("a 43 second partition ends before the holder has to fence", () => {
  const { ttl, fenceBudget, renewEvery, requestTimeout, retryEvery } = defaultFigures;
  const twoRoundTrips = 600;

  expect(renewEvery + 43_000 + requestTimeout + retryEvery + twoRoundTrips).toBeLessThan(ttl - fenceBudget);
});

test("every figure that breaks a rule is named at once", () => {
  expect(() => leaseFigures({ skew: 1_000, requestTimeout: 3_000, retryEvery: Number.NaN })).toThrow(
    /retryEvery must be a number of at least 1, got NaN.*requestTimeout \(3000\) must be below renewEvery.*skew must be at least 4063/,
  );
});

test("figures that leave no room for one failed renewal are refused", () => {
  expect(() => leaseFigures({ ttl: 18_000 })).toThrow(/ttl - fenceBudget \(8000\) must leave room/);
});
