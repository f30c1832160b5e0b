import { expect, test } from "vitest";

import type { Retention } from "../../plan/schema/index.js";
import { memoryStore } from "../../vault/testing/memory-store.js";
import { dumpLocks } from "./locks.js";
import type { FoundCopy, FoundPoint } from "./points.js";

const clock = new Date("2026-05-31T00:00:00Z");
const day = 86_400_000;
const ago = (days: number) => new Date(clock.getTime() - days * day);
const ahead = (days: number) => new Date(clock.getTime() + days * day);

/** A point of a copy, as far as locks look at it. */
function point(
  sequence: number,
  days: number,
  more: Partial<FoundPoint> & { parent?: number } = {},
): FoundPoint {
  const { parent, ...rest } = more;
  return {
    ...{ epoch: 1, chain: "manifests/tickets/e000001/" },
    point: {
      ...{ sequence, finishedAt: ago(days).toISOString(), parts: [{ key: `parts/${sequence}` }] },
      ...(parent === undefined ? {} : { parent: { sequence: parent } }),
    },
    ...rest,
  } as FoundPoint;
}

async function ends(keep: Retention, points: readonly FoundPoint[]) {
  const store = memoryStore();
  await store.create("manifests/tickets/e000001/00000001.json", "");
  await store.create("keys/tickets/data-000001.json", "");
  await store.create("keys/other/data-000001.json", "");
  const found = { copy: { store, dataset: "tickets" }, points } as unknown as FoundCopy;
  return Object.fromEntries((await dumpLocks(found, keep, clock, 60)).map(({ key, until }) => [key, until]));
}

const verified = { verification: { level: "stored", at: "", faults: [] } };

test("a point that is kept for its age is locked until it goes; what retention drops is not locked", async () => {
  expect(await ends("30d", [point(1, 40), point(2, 20), point(3, 1, verified)])).toMatchObject({
    "parts/2": ahead(10),
    "manifests/tickets/e000001/00000001.json": ahead(60),
    "keys/tickets/data-000001.json": ahead(60),
  });
  const all = await ends("30d", [point(1, 40), point(2, 20), point(3, 1, verified)]);
  expect(Object.keys(all).sort()).toEqual([
    "keys/tickets/data-000001.json",
    "manifests/tickets/e000001/00000001.json",
    "parts/2",
    "parts/3",
  ]);
});

test("a held point, one that others need and the last verified one are locked on, whatever their age", async () => {
  const held = { held: { by: "ada", reason: "court order 7" } };
  expect(
    await ends("30d", [
      point(1, 400, held),
      point(2, 50),
      point(3, 20, { parent: 2 }),
      point(4, 90, verified),
    ]),
  ).toMatchObject({ "parts/1": ahead(60), "parts/2": ahead(60), "parts/3": ahead(10), "parts/4": ahead(60) });
});

test.each<Retention>(["forever", { count: 2 }, { daily: 2 }])(
  "where no age says when a point goes, it is locked for the window: %j",
  async (keep) => {
    expect(await ends(keep, [point(1, 2), point(2, 1, verified)])).toMatchObject({
      "parts/1": ahead(60),
      "parts/2": ahead(60),
    });
  },
);

test("where nothing is kept, nothing is locked", async () => {
  expect(await ends("30d", [])).toEqual({});
});
