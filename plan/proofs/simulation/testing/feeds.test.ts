import fc from "fast-check";
import { expect, test } from "vitest";

import { type Batch, batches, type Feed } from "./feeds.js";
import { steady } from "./moments.js";

const day = 86_400;
const begun = 1_767_225_600;
const rounding = 1e-6;

const fed = (feed: Feed, since: number, seed: number, worst: boolean, many: number): Batch[] => {
  const writes = steady(seed, 0.5);
  const stored: Batch[] = [];
  for (const batch of batches(feed, { writes, events: writes }, since, { seed, worst }, begun))
    if (stored.push(batch) === many) break;
  return stored;
};
const feeds = (load: fc.Arbitrary<number>) =>
  fc.record({
    index: fc.nat(3),
    by: fc.constant("writes" as const),
    within: fc.integer({ min: 5, max: 3_600 }),
    load,
  });
const carried = fc.double({ min: 0, max: 1, noNaN: true });

test("while the line carries what changes, all that is committed is in one batch and stored within its promise", () => {
  fc.assert(
    fc.property(feeds(carried), fc.nat(), fc.boolean(), (feed, seed, worst) => {
      const writes = steady(seed, 0.5);
      const stored = fed(feed, begun + day, seed, worst, 120);

      for (const [index, { opened, content, done }] of stored.entries()) {
        expect(done).toBeLessThanOrEqual(opened + feed.within + rounding);
        expect(done).toBeGreaterThanOrEqual(content + (content - opened) * feed.load - rounding);
        const before = stored[index - 1];
        if (before) expect(opened).toBe(writes.after(before.content));
      }
    }),
  );
});

test("the line carries one batch at a time", () => {
  fc.assert(
    fc.property(feeds(carried), fc.nat(), fc.boolean(), (feed, seed, worst) => {
      // The first of a history may find the line idle; what a shift leaves to the next one is not followed.
      const stored = fed(feed, begun + day, seed, worst, 12);
      for (const [index, { opened, content, done }] of stored.entries()) {
        const before = stored[index - 1];
        const starts = done - (content - opened) * feed.load;
        if (before) expect(starts).toBeGreaterThanOrEqual(before.done - rounding);
      }
    }),
  );
});

test("a history is the same from wherever it is looked at", () => {
  fc.assert(
    fc.property(feeds(carried), fc.nat(), fc.integer({ min: 0, max: 10_000 }), (feed, seed, later) => {
      const from = begun + day + later;
      const early = fed(feed, begun + day, seed, false, 10_000).filter(({ opened }) => opened >= from);
      const late = fed(feed, from, seed, false, 5).filter(({ opened }) => opened >= from);

      expect(early).toEqual(expect.arrayContaining(late.slice(0, early.length)));
    }),
    { numRuns: 20 },
  );
});

test("where more changes than the line carries, what waits grows without end", () => {
  const stored = fed({ index: 0, by: "writes", within: 60, load: 1.5 }, begun, 1, true, 40);
  const waits = stored.map(({ opened, done }) => done - opened);

  expect(waits.at(-1)).toBeGreaterThan(30 * day);
});
