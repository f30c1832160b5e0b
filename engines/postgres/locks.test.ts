import fc from "fast-check";
import { expect, test } from "vitest";

import type { LockNeed } from "../../vault/index.js";
import { memoryStore } from "../../vault/testing/memory-store.js";
import { repositoryLocks } from "./locks.js";
import type { PhysicalPoint } from "./points-chain.js";
import type { Copy, CopyRef } from "./points-copies.js";
import { fullOf } from "./retention.js";

const now = new Date("2026-05-31T00:00:00Z");
const day = 86_400_000;
const ago = (days: number) => new Date(now.getTime() - days * day);
const ahead = (days: number) => new Date(now.getTime() + days * day);
const held = { by: "ada", reason: "court order 7" };
const segment = (number: number) => `0000000100000000000000${String(number).padStart(2, "0")}`;

/** A backup: how many days ago it ended, the segments that it needs, and who holds it. */
interface Backup extends Pick<PhysicalPoint, "held"> {
  readonly days: number;
  readonly from: number;
  readonly to: number;
}

/**
 * What has to stay locked, by object, of backups that are kept for 30 days and log that is kept for 7.
 *
 * @param log how many days ago each segment was stored, by number
 */
async function needs(
  backups: Readonly<Record<string, Backup>>,
  log: Readonly<Record<number, number>> = {},
  { wal = true, window = 60 } = {},
): Promise<Map<string, LockNeed>> {
  const store = memoryStore();
  const root = "pgbackrest/tickets/e000001";
  for (const label of Object.keys(backups)) {
    await store.create(`${root}/backup/tickets/${label}/backup.manifest`, "");
    await store.create(`${root}/backup/tickets/${label}/bundle/1`, "");
  }
  const times = new Map<string, Date>();
  for (const [number, days] of Object.entries(log)) {
    const key = `${root}/archive/tickets/15-1/0000000100000000/${segment(Number(number))}-${"0".repeat(40)}.zst`;
    times.set(key, ago(days));
    await store.create(key, "");
  }
  await store.create("manifests/tickets/e000001/00000001.json", "");
  await store.create("keys/tickets/passphrase.json", "");
  await store.create("keys/other/passphrase.json", "");
  const dated = {
    ...store,
    async *list(prefix: string) {
      for await (const object of store.list(prefix))
        yield { ...object, modifiedAt: times.get(object.key) ?? object.modifiedAt };
    },
  };
  const points = Object.entries(backups).map(([label, { days, from, to, ...rest }]) => ({
    ...{ label, finishedAt: ago(days).toISOString(), startWal: segment(from), stopWal: segment(to) },
    ...rest,
  }));
  const found = await repositoryLocks(
    { store: dated, dataset: "tickets" } as unknown as CopyRef,
    { epochs: [{ epoch: 1, chain: { points } }] } as unknown as Pick<Copy, "epochs">,
    { keep: (30 * day) / 1_000, wal: wal ? { keep: "7d" } : undefined },
    now,
    window,
  );
  return new Map(found.map((need) => [need.key.replace(`${root}/`, ""), need]));
}

const fileOf = (label: string) => `backup/tickets/${label}/bundle/1`;
const segmentOf = (number: number) =>
  `archive/tickets/15-1/0000000100000000/${segment(number)}-${"0".repeat(40)}.zst`;

test("a backup is locked until the newest that adds to it goes; one that is held as far as locks are renewed", async () => {
  const all = await needs({
    "20260501-000000F": { days: 30, from: 1, to: 1 },
    "20260501-000000F_20260521-000000I": { days: 10, from: 3, to: 3 },
    "20260511-000000F": { days: 20, from: 2, to: 2 },
    "20260101-000000F": { days: 150, from: 1, to: 1, held },
  });
  expect(all.get(fileOf("20260501-000000F"))?.until).toEqual(ahead(20));
  expect(all.get(fileOf("20260501-000000F_20260521-000000I"))?.until).toEqual(ahead(20));
  expect(all.get(fileOf("20260511-000000F"))?.until).toEqual(ahead(10));
  expect(all.get(fileOf("20260101-000000F"))?.until).toEqual(ahead(60));
});

test("what adds to a backup holds it too when it is held", async () => {
  const all = await needs({
    "20260501-000000F": { days: 30, from: 1, to: 1 },
    "20260501-000000F_20260521-000000I": { days: 10, from: 3, to: 3, held },
  });
  expect([...all.values()].map(({ until }) => until)).toEqual(
    all.size > 0 ? Array(all.size).fill(ahead(60)) : [],
  );
});

test("log that makes a backup consistent goes with it, other log by its own retention, older log is not locked", async () => {
  const backups = { "20260511-000000F": { days: 20, from: 4, to: 5 } };
  const all = await needs(backups, { 3: 20, 4: 20, 5: 20, 6: 3, 7: 1 });
  expect(all.has(segmentOf(3))).toBe(false);
  expect(all.get(segmentOf(4))?.until).toEqual(ahead(10));
  expect(all.get(segmentOf(5))?.until).toEqual(ahead(10));
  expect(all.get(segmentOf(6))?.until).toEqual(ahead(4));
  expect(all.get(segmentOf(7))?.until).toEqual(ahead(6));
  // Where the plan keeps no log for its own sake nothing says when it goes.
  expect((await needs(backups, { 6: 3 }, { wal: false })).get(segmentOf(6))?.until).toEqual(ahead(60));
});

test("log that a held backup needs is held with it", async () => {
  const all = await needs(
    { "20260101-000000F": { days: 150, from: 4, to: 5, held } },
    { 4: 150, 5: 150, 6: 1 },
  );
  expect(all.get(segmentOf(4))?.until).toEqual(ahead(60));
  expect(all.get(segmentOf(6))?.until).toEqual(ahead(6));
});

test("the catalogue, the chain and the dataset's own keys are locked as far as any; of the catalogue the present version counts", async () => {
  const all = await needs({ "20260511-000000F": { days: 20, from: 1, to: 1 } });
  for (const file of ["backup/tickets/backup.info", "archive/tickets/archive.info"])
    for (const name of [file, `${file}.copy`])
      expect(all.get(name)).toMatchObject({ until: ahead(60), written: "over" });
  for (const name of ["manifests/tickets/e000001/00000001.json", "keys/tickets/passphrase.json"])
    expect(all.get(name)).toMatchObject({ until: ahead(60) });
  expect(all.get(fileOf("20260511-000000F"))?.written).toBeUndefined();
  expect(all.has("keys/other/passphrase.json")).toBe(false);
});

test("an epoch without a point locks nothing", async () => {
  expect(await needs({}, { 1: 1 })).toEqual(new Map());
});

test("whatever is there: each file of a backup outlives what adds to it, and no lock reaches beyond the window", async () => {
  const some = fc.record({ adds: fc.boolean(), days: fc.integer({ min: 0, max: 40 }), keep: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(some, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 90 }),
      async (list, window) => {
        let full = "";
        const backups: Record<string, Backup> = {};
        list.forEach(({ adds, days, keep }, index) => {
          if (!adds || full === "") full = `2026050${index + 1}-000000F`;
          const label = full in backups ? `${full}_2026050${index + 1}-000000I` : full;
          backups[label] = { days, from: index, to: index, ...(keep ? { held } : {}) };
        });
        const all = await needs(backups, {}, { window });
        for (const { until } of all.values())
          expect(until.getTime()).toBeLessThanOrEqual(ahead(window).getTime());
        for (const [label, backup] of Object.entries(backups)) {
          const goes = backup.held || backup.days >= 30 ? window : Math.min(30 - backup.days, window);
          const need = all.get(fileOf(fullOf(label)))?.until.getTime() ?? 0;
          // One that is due goes with the next run: what else adds to its full backup says how long.
          if (backup.held || backup.days < 30) expect(need).toBeGreaterThanOrEqual(ahead(goes).getTime());
        }
      },
    ),
  );
});
