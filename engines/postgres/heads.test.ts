import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeEach, expect, test } from "vitest";

import {
  ageRecipient,
  appendEntry,
  type DatasetCopy,
  directoryStore,
  type EntryContent,
  type KeyProvider,
  keepHeads,
  type Signer,
  signingKeys,
} from "../../vault/index.js";
import { readCopies } from "./points-copies.js";
import { dropBackups } from "./retention.js";

const of = { plan: "desk", dataset: "tickets" };
const now = new Date("2026-05-31T00:00:00Z");
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();
const prefix = "manifests/tickets/e000001/";
const entry = (number: number) => `${prefix}0000000${number}.json`;
const labels = ["20260301-000000F", "20260302-000000F", "20260401-000000F", "20260530-000000F"];

let folder: string;
let recipients: KeyProvider[];
let copies: [DatasetCopy, DatasetCopy];
let signer: Signer;
const folders: string[] = [];

/** Two copies of four points each; at both the newest is verified and, last of all, the oldest is held. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-heads-"));
  folders.push(folder);
  recipients = [ageRecipient(await identityToRecipient(await generateIdentity()))];
  const at = (site: string): DatasetCopy => {
    const store = directoryStore(join(folder, site));
    return { ...of, site, store, ring: { ...of, store, keys: [] } };
  };
  copies = [at("office"), at("offsite")];
  ({ signer } = await signingKeys(copies, recipients, now));
  for (const copy of copies) {
    const place = { ...of, site: copy.site, epoch: 1 };
    const add = (content: object) =>
      appendEntry(copy.store, prefix, { ...place, ...content } as EntryContent, signer);
    const sums: string[] = [];
    for (const [index, label] of labels.entries()) {
      const finishedAt = ago([90, 89, 60, 1][index] ?? 0);
      const said = {
        entry: "point",
        kind: "physical",
        takenAt: "desk",
        label,
        startedAt: finishedAt,
        finishedAt,
      };
      const facts = {
        source: {},
        tool: { name: "pgbackrest", version: "2.45" },
        bytes: { source: 1, stored: 1 },
      };
      const parts = [{ key: `parts/${label}`, bytes: 1, sha256: "0".repeat(64) }];
      sums.push((await add({ ...said, ...facts, parts, restore: [["true"]] })).sha256);
    }
    const named = (sequence: number) => ({ point: { sequence, sha256: sums[sequence - 1] }, by: "ada" });
    await add({ entry: "verification", level: "stored", faults: [], ...named(4) });
    await add({ entry: "hold", reason: "court order 7", ...named(1) });
  }
  expect(await keepHeads(copies)).toEqual([]);
});
afterAll(() => Promise.all(folders.map((one) => rm(one, { recursive: true }))));

const faults = async (asked: readonly DatasetCopy[] = copies) =>
  (await readCopies(asked)).map(({ epochs }) =>
    epochs.flatMap(({ chain }) => chain.faults.map(({ key, problem }) => `${key}: ${problem}`)),
  );
const cutAt = (number: number, last: string) =>
  `${entry(number)}: number ${number} is known to have been written and is not here; the chain ends with ${last}`;
/** What a run's retention drops at the office, and what it says. */
async function dropped(others: readonly DatasetCopy[]) {
  const said: string[] = [];
  const job = {
    epoch: 1,
    others,
    keep: 30 * 86_400,
    by: "desk",
    now,
    listed: labels.map((label) => ({ label })),
  };
  const gone = await dropBackups(
    copies[0],
    { ...job, expire: async () => undefined, say: (line) => said.push(line) },
    signer,
  );
  return { gone, said };
}

test("whole chains have no fault, and retention drops what nobody holds", async () => {
  expect(await faults()).toEqual([[], []]);
  expect(await dropped(copies.slice(1))).toEqual({ gone: [labels[1]], said: [] });
});

test("fault 6: a chain that was cut at its end is found at its own copy; without the other nobody could know", async () => {
  await rm(join(folder, "office", entry(6)));
  expect(await faults()).toEqual([[cutAt(6, entry(5))], []]);
  expect(await faults(copies.slice(0, 1))).toEqual([[]]);
});

test("fault 18: nothing is dropped from a chain that was cut: what is gone may be what holds", async () => {
  await rm(join(folder, "office", entry(6)));
  const { gone, said } = await dropped(copies.slice(1));
  expect(gone).toEqual([]);
  expect(said).toEqual([`nothing is dropped at office, its chain is damaged: ${cutAt(6, entry(5))}`]);
  // Whom no other copy tells drops what was held.
  expect((await dropped([])).gone).toEqual(labels.slice(0, 2));
});

test("an epoch of which nothing is left at a copy is found, and has no points there", async () => {
  await rm(join(folder, "offsite/manifests"), { recursive: true });
  expect(await faults()).toEqual([[], [cutAt(6, "nothing")]]);
  const [, offsite] = await readCopies(copies);
  expect(offsite?.points).toEqual([]);
});

test("a head whose signature does not fit is none, and one of another dataset's copy neither", async () => {
  const text = await readFile(join(folder, "office", entry(6)), "utf8");
  const planted = join(folder, "offsite/heads/tickets/office/e000001/00000009.json");
  await writeFile(planted, text.replace('"sequence": 6,', '"sequence": 9,'));
  expect(await faults()).toEqual([[], []]);
  await rm(join(folder, "office", entry(6)));
  const stranger = { ...copies[1], dataset: "profiles" };
  expect((await faults([copies[0], stranger]))[0]).toEqual([]);
});
