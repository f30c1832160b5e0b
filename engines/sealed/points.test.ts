import { generateIdentity, identityToRecipient } from "age-encryption";
import { expect, test } from "vitest";

import {
  ageRecipient,
  appendEntry,
  type DatasetCopy,
  type EntryContent,
  keepHeads,
  namedKey,
  writingKeys,
} from "../../vault/index.js";
import { memoryStore } from "../../vault/testing/memory-store.js";
import { kindPrefix } from "./layout.js";
import { findPoints } from "./points.js";

const of = { plan: "desk", dataset: "tickets" };
const kind = "logical";
const now = new Date("2026-05-01T00:00:00Z");
const chain = "manifests/tickets/e000001/";

/** A copy that says which keys were read. */
function copyAt(site: string) {
  const store = memoryStore();
  const read: string[] = [];
  const watched = {
    ...store,
    get: (key: string) => {
      if (key.startsWith("keys/")) read.push(key.slice("keys/tickets/".length));
      return store.get(key);
    },
  };
  // Nothing of the rest of a store is called.
  const copy = {
    ...of,
    site,
    store: watched,
    ring: { ...of, store: watched, keys: [] },
  } as unknown as DatasetCopy;
  return { copy, store, read };
}

test("B9: of the keys that runs had, those that nothing is left of are not read; and a backup reads a few, ever", async () => {
  const recipients = [await ageRecipient(await identityToRecipient(await generateIdentity()))];
  const sites = [copyAt("office"), copyAt("offsite")];
  const copies = sites.map(({ copy }) => copy);
  const runs = 12;
  for (let run = 1; run <= runs; run += 1) {
    for (const { read } of sites) read.length = 0;
    const { data, signing, signer } = await writingKeys(copies, recipients, now);
    for (const { copy, store } of sites) {
      const key = `${kindPrefix("tickets", kind)}run-${run}/dump`;
      store.objects.set(key, Buffer.from("x"));
      const place = { ...of, site: copy.site, epoch: 1 };
      const at = now.toISOString();
      const { sha256 } = await appendEntry(
        copy.store,
        chain,
        {
          ...{
            ...place,
            entry: "point",
            kind,
            takenAt: "desk",
            label: `run-${run}`,
            startedAt: at,
            finishedAt: at,
          },
          ...{ source: {}, tool: { name: "pg_dump", version: "15" }, bytes: { source: 1, stored: 1 } },
          ...{ keys: [data, signing].map(namedKey), restore: [["true"]] },
          parts: [{ key, bytes: 1, sha256: "0".repeat(64) }],
        } as EntryContent,
        signer,
      );
      // All but the last two are dropped again.
      if (run <= runs - 2)
        await appendEntry(
          copy.store,
          chain,
          { ...place, entry: "tombstone", removed: [{ sequence: 2 * run - 1, sha256 }], reason: "retention" },
          signer,
        );
    }
    expect(await keepHeads(copies)).toEqual([]);
    for (const { read } of sites) expect(new Set(read).size).toBeLessThanOrEqual(6);
  }

  for (const { read } of sites) read.length = 0;
  const found = await findPoints(copies, kind);
  expect(
    found.map(({ points, faults }) => ({ labels: points.map(({ point }) => point.label), faults })),
  ).toEqual(copies.map(() => ({ labels: ["run-11", "run-12"], faults: [] })));
  for (const { read } of sites)
    expect(read.filter((key) => key.startsWith("data-")).sort()).toEqual([
      "data-000011.json",
      "data-000012.json",
    ]);
});
