import { generateIdentity, identityToRecipient } from "age-encryption";
import { expect, test } from "vitest";

import {
  ageIdentity,
  ageRecipient,
  appendEntry,
  currentKey,
  type EntryContent,
  type FoundEntry,
  readChain,
  signerOf,
} from "../../vault/index.js";
import { memoryStore } from "../../vault/testing/memory-store.js";
import type { PhysicalPoint } from "./points-chain.js";
import { dropBackups, fullsToDrop } from "./retention.js";

const now = new Date("2026-05-31T00:00:00Z");
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();
const sha256 = "0".repeat(64);

/** A repository: labels with how many days ago each ended, in the order in which they were taken. */
function chain(backups: Readonly<Record<string, number>>, said: readonly object[] = []) {
  const points = Object.entries(backups).map(([label, days], index) => ({
    ...{ label, key: label, sequence: index + 1, finishedAt: ago(days) },
  })) as unknown as PhysicalPoint[];
  const entries = [
    ...points.map(({ label, sequence }) => ({ entry: "point", label, sequence })),
    ...said,
  ].map((entry) => ({ key: "", sha256, entry })) as unknown as FoundEntry[];
  return { entries, points };
}
const hold = (sequence: number, entry = "hold") => ({
  ...{ entry, by: "ada", reason: "court order 7" },
  point: { sequence, sha256 },
});
const verified = (sequence: number) => ({
  ...{ entry: "verification", level: "structural", faults: [], writtenAt: ago(0) },
  point: { sequence, sha256 },
});
const drops = (backups: Readonly<Record<string, number>>, said?: readonly object[]) => [
  ...fullsToDrop(chain(backups, said), 30 * 86_400, now),
];

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
  expect(drops({ "1F": 90, "2F": 60, "3F": 50, "4F": 1 }, [verified(1)])).toEqual(["2F"]);
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
    await appendEntry(store, prefix, content, signer);
  }
  const expired: string[] = [];
  let killed = true;
  const run = () =>
    dropBackups(
      { ...of, site: "office" },
      {
        ...{ epoch: 1, keep: 30 * 86_400, by: "desk", now, listed: labels.map((label) => ({ label })) },
        async expire(label) {
          if (killed) throw new Error("killed");
          expired.push(label);
        },
      },
      signer,
    );

  await expect(run()).rejects.toThrow("killed");
  killed = false;
  expect(await run()).toEqual([labels[0]]);
  expect(expired).toEqual([labels[0]]);
  const entries = (await readChain(store, prefix)).map(({ entry }) => entry?.entry);
  expect(entries).toEqual(["point", "point", "point", "tombstone"]);
});
