import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test } from "vitest";

import {
  ageRecipient,
  appendEntry,
  type DatasetCopy,
  directoryStore,
  type EntryContent,
  type KeyProvider,
  keepHeads,
  signingKeys,
} from "../../vault/index.js";
import { findPoints } from "./points.js";

const of = { plan: "desk", dataset: "tickets" };
const now = new Date("2026-05-01T00:00:00Z");
const sha256 = "0".repeat(64);
let folder: string;
let recipients: KeyProvider[];
let copies: DatasetCopy[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-heads-"));
  recipients = [ageRecipient(await identityToRecipient(await generateIdentity()))];
  copies = ["office", "offsite"].map((site) => {
    const store = directoryStore(join(folder, site));
    return { ...of, site, store, ring: { ...of, store, keys: [] } };
  });
  for (const copy of copies) for (let count = 0; count < 3; count += 1) await add(copy);
  expect(await keepHeads(copies)).toEqual([]);
});
afterAll(() => rm(folder, { recursive: true }));

/** Adds a point to a copy alone, signed by a key that only this run has. */
async function add(copy: DatasetCopy): Promise<void> {
  const { signer } = await signingKeys([copy], recipients, now);
  const at = now.toISOString();
  const content = {
    ...{ ...of, site: copy.site, epoch: 1, takenAt: "desk", entry: "point", kind: "logical" },
    ...{ label: "one", startedAt: at, finishedAt: at, source: {}, tool: { name: "pg_dump", version: "15" } },
    ...{ bytes: { source: 1, stored: 1 }, parts: [{ key: "part", bytes: 1, sha256 }], restore: [["true"]] },
  } satisfies EntryContent;
  await appendEntry(copy.store, "manifests/tickets/e000001/", content, signer);
}
const chain = (number: number) => `manifests/tickets/e000001/0000000${number}.json`;
const faults = async (site: string, asked = copies) =>
  (await findPoints(asked, "logical")).find(({ copy }) => copy.site === site)?.faults;

test("whole chains have no fault; their ends lie at each other", async () => {
  expect(await faults("office")).toEqual([]);
  expect(await faults("offsite")).toEqual([]);
  const head = "heads/tickets/office/e000001/00000003.json";
  expect(await readFile(join(folder, "offsite", head))).toEqual(
    await readFile(join(folder, "office", chain(3))),
  );
});

test("a head whose signature does not fit is none: a chain is not made to look cut", async () => {
  const text = await readFile(join(folder, "office", chain(3)), "utf8");
  const planted = join(folder, "offsite/heads/tickets/office/e000001/00000009.json");
  await writeFile(planted, text.replace('"sequence": 3,', '"sequence": 9,'));
  expect(await faults("office")).toEqual([]);
  await rm(planted);
});

test("a chain that was cut at its end is found; without the other copy nobody could know", async () => {
  await rm(join(folder, "office", chain(3)));
  const cut = `${chain(3)}: number 3 is known to have been written and is not here; the chain ends with ${chain(2)}`;
  expect(await faults("office")).toEqual([cut]);
  expect(await faults("office", copies.slice(0, 1))).toEqual([]);
});

test("going on where it was cut hides nothing, and becomes no end of it", async () => {
  const [office] = copies;
  if (!office) throw new Error("no copy");
  await add(office);
  await add(office);
  expect(await keepHeads(copies)).toEqual([
    `the chain of ${office.store.label} was cut before its entry number 3`,
  ]);
  expect(await faults("office")).toEqual([expect.stringContaining("number 3 is known to have been written")]);
});

test("a chain of which nothing is left is found", async () => {
  await rm(join(folder, "office/manifests"), { recursive: true });
  expect(await faults("office")).toEqual([
    `${chain(3)}: number 3 is known to have been written and is not here; the chain ends with nothing`,
  ]);
});
