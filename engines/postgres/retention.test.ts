import { generateIdentity, identityToRecipient } from "age-encryption";
import fc from "fast-check";
import { expect, test } from "vitest";

import {
  ageIdentity,
  ageRecipient,
  appendEntry,
  currentKey,
  type EntryContent,
  type FoundEntry,
  holdsIn,
  readChain,
  signerOf,
  verificationsIn,
} from "../../vault/index.js";
import { memoryStore } from "../../vault/testing/memory-store.js";
import type { PhysicalPoint } from "./points-chain.js";
import { dropBackups, fullOf, fullsToDrop } from "./retention.js";

const now = new Date("2026-05-31T00:00:00Z");
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();
const sha256 = "0".repeat(64);

/** A repository: labels with how many days ago each ended, in the order in which they were taken. */
function chain(backups: Readonly<Record<string, number>>, said: readonly object[]) {
  const entries = said.map((entry) => ({ key: "", sha256, entry })) as unknown as FoundEntry[];
  const [holds, verifications] = [holdsIn(entries), verificationsIn(entries)];
  const points = Object.entries(backups).map(([label, days], index) => ({
    ...{ label, key: label, sequence: index + 1, finishedAt: ago(days) },
    ...{ held: holds.get(index + 1), verification: verifications.get(index + 1) },
  })) as unknown as PhysicalPoint[];
  return { points };
}
const hold = (sequence: number, entry = "hold"): object => ({
  ...{ entry, by: "ada", reason: "court order 7" },
  point: { sequence, sha256 },
});
const verified = (sequence: number): object => ({
  ...{ entry: "verification", level: "structural", faults: [], writtenAt: ago(0) },
  point: { sequence, sha256 },
});
const keep = 30 * 86_400;
/** What goes where the newest was verified last. */
const drops = (backups: Readonly<Record<string, number>>, said: readonly object[] = []) => {
  const labels = Object.keys(backups);
  const ages = Object.values(backups);
  const all = [verified(ages.indexOf(Math.min(...ages)) + 1), ...said];
  return [...fullsToDrop(chain(backups, all), keep, now, new Set(labels)).dropped];
};

test("what is older than the plan keeps goes, but for the newest of it: log is replayed onto that", () => {
  expect(drops({ "1F": 50, "2F": 40, "3F": 20, "4F": 1 })).toEqual(["1F"]);
  expect(drops({ "2F": 29, "3F": 20 })).toEqual([]);
});

test("a held point stays, and goes once it is released", () => {
  const backups = { "1F": 60, "2F": 50, "3F": 40, "4F": 1 };
  expect(drops(backups, [hold(1)])).toEqual(["2F"]);
  expect(drops(backups, [hold(1), hold(1, "release")])).toEqual(["2F", "1F"]);
});

test("fault 18: a full backup stays as long as what adds to it; what adds to it goes with it alone", () => {
  const backups = { "1F": 70, "1F_1D": 35, "1F_2I": 29, "2F": 28, "3F": 1 };
  expect(drops(backups)).toEqual([]);
  expect(drops({ ...backups, "1F_2I": 33, "0F": 80 })).toEqual(["0F"]);
});

test("held is an incremental: all that it adds to stays", () => {
  expect(drops({ "1F": 90, "1F_1I": 85, "2F": 60, "3F": 50, "4F": 1 }, [hold(2)])).toEqual(["2F"]);
});

test("fault 17: the last one that was verified stays, whatever its age", () => {
  const backups = { "1F": 90, "2F": 60, "3F": 50, "4F": 1 };
  const judged = (said: readonly object[], there = Object.keys(backups)) =>
    fullsToDrop(chain(backups, said), keep, now, new Set(there));
  expect([...judged([verified(1)]).dropped]).toEqual(["2F"]);
  expect([...judged([verified(1), verified(4)]).dropped]).toEqual(["2F", "1F"]);
  // What was found damaged since, or is not in the repository, was verified in vain.
  const damaged = { ...verified(4), faults: ["a file is missing"] };
  expect([...judged([verified(1), verified(4), damaged]).dropped]).toEqual(["2F"]);
  expect([...judged([verified(1), verified(4)], ["1F", "2F", "3F"]).dropped]).toEqual(["2F"]);
});

test("while no point is verified nothing is dropped, and that is said", () => {
  const { dropped, refused } = fullsToDrop(chain({ "1F": 90, "2F": 60, "3F": 1 }, []), keep, now, new Set());
  expect([...dropped]).toEqual([]);
  expect(refused).toBe("nothing is dropped: no point is verified");
});

test("B3: whatever the history, the newest verified full backup stays, and what is held, with all that it adds to", () => {
  const backup = fc.record({
    days: fc.integer({ min: 0, max: 120 }),
    adds: fc.boolean(),
    said: fc.constantFrom("nothing", "verified", "damaged", "held"),
  });
  fc.assert(
    fc.property(fc.array(backup, { maxLength: 12 }), (all) => {
      let full = "";
      const labels = all.map(({ adds }, index) => {
        if (!adds || full === "") full = `${index + 1}F`;
        return full === `${index + 1}F` ? full : `${full}_${index + 1}I`;
      });
      const days = all.map((one) => one.days).sort((a, b) => b - a);
      const backups = Object.fromEntries(labels.map((label, index) => [label, days[index] ?? 0]));
      const said = all.flatMap((one, index): object[] =>
        one.said === "held"
          ? [hold(index + 1)]
          : one.said === "nothing"
            ? []
            : [{ ...verified(index + 1), faults: one.said === "damaged" ? ["a file is missing"] : [] }],
      );
      const { dropped } = fullsToDrop(chain(backups, said), keep, now, new Set(labels));
      const good = labels.filter((_, index) => all[index]?.said === "verified");
      const newest = good.toSorted((a, b) => (backups[a] ?? 0) - (backups[b] ?? 0) || (a < b ? 1 : -1))[0];
      const needed = labels.filter((_, index) => all[index]?.said === "held" || (days[index] ?? 0) <= 30);
      if (newest === undefined) expect(dropped.size).toBe(0);
      else expect(dropped).not.toContain(fullOf(newest));
      for (const label of needed) expect(dropped).not.toContain(fullOf(label));
    }),
  );
});

test("fault 9: while a point lies in the future nothing is dropped", () => {
  expect(drops({ "1F": 90, "2F": 60, "3F": 50, "4F": -2 })).toEqual([]);
});

test("killed between the tombstone and the tool, the next run ends it, and buries nothing twice", async () => {
  const store = memoryStore();
  const identity = await generateIdentity();
  const of = { plan: "desk", dataset: "tickets", store };
  const ring = { ...of, keys: [await ageIdentity(identity)] };
  const signer = await signerOf(
    ring,
    await currentKey(ring, "signing", [ageRecipient(await identityToRecipient(identity))], now),
  );
  const prefix = "manifests/tickets/e000001/";
  const labels = ["20260301-000000F", "20260401-000000F", "20260529-000000F"];
  for (const [index, label] of labels.entries()) {
    const finishedAt = ago([90, 60, 2][index] ?? 0);
    const content = {
      ...{ plan: "desk", dataset: "tickets", site: "office", epoch: 1, takenAt: "desk" },
      ...{ entry: "point", kind: "physical", label, startedAt: finishedAt, finishedAt, source: {} },
      ...{ tool: { name: "pgbackrest", version: "2.45" }, bytes: { source: 1, stored: 1 } },
      ...{ parts: [{ key: `parts/${label}`, bytes: 1, sha256 }], restore: [["true"]] },
    } satisfies EntryContent;
    const { sha256: taken } = await appendEntry(store, prefix, content, signer);
    const { plan, dataset, site, epoch } = content;
    const about = { plan, dataset, site, epoch, point: { sequence: index * 2 + 1, sha256: taken } };
    await appendEntry(
      store,
      prefix,
      { ...about, entry: "verification", level: "stored", faults: [], by: "ada" },
      signer,
    );
  }
  const expired: string[] = [];
  let killed = true;
  const run = () =>
    dropBackups(
      { ...of, site: "office", ring },
      {
        ...{
          epoch: 1,
          others: [],
          keep: 30 * 86_400,
          by: "desk",
          now,
          listed: labels.map((label) => ({ label })),
        },
        async expire(label) {
          if (killed) throw new Error("killed");
          expired.push(label);
        },
        say: () => undefined,
      },
      signer,
    );

  await expect(run()).rejects.toThrow("killed");
  killed = false;
  expect(await run()).toEqual([labels[0]]);
  expect(expired).toEqual([labels[0]]);
  const entries = (await readChain(store, prefix)).map(({ entry }) => entry?.entry);
  expect(entries.filter((entry) => entry !== "verification")).toEqual([
    ...["point", "point", "point", "tombstone"],
  ]);
});
