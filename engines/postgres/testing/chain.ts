import { appendEntry, digest, type EntryContent, type Signer } from "../../../vault/index.js";
import { type MemoryStore, memoryStore } from "../../../vault/testing/memory-store.js";

/** Place of the chains that tests are made of. */
export const place = { plan: "chat", dataset: "messages", site: "oregon", epoch: 1 } as const;
export const prefix = "manifests/messages/e000001/";

const segment = (number: number) => `00000001000000000000000${number}`;
const keyOf = (number: number) => `${prefix}0000000${number}.json`;
const times = { startedAt: "2026-03-01T00:00:00.000Z", finishedAt: "2026-03-01T00:01:00.000Z" };
const sha256 = "a".repeat(64);

/** A manifest as the first vaults wrote it, linked to the object before it. */
export function oldManifest(store: MemoryStore, number: number): void {
  const before = store.objects.get(keyOf(number - 1));
  const manifest = {
    ...{ version: 1, ...place, takenAt: "virginia", sequence: number },
    ...(before ? { previous: digest(before) } : {}),
    ...{ kind: "physical", ...times },
    source: {
      ...{ engine: "postgresql", version: "15", systemIdentifier: "7" },
      ...{ startLsn: "0/1", stopLsn: "0/2", startWal: segment(number), stopWal: segment(number) },
    },
    ...{ tool: { name: "pgbackrest", version: "2.45" }, label: `2026030${number}-000000F` },
    ...{ keyAlias: "alias/chat-customer", bytes: { database: 10, stored: 5 } },
    ...{ parts: [{ key: `part-${number}`, bytes: 4, sha256 }], restore: [["pgbackrest", "restore"]] },
  };
  store.objects.set(keyOf(number), Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`));
}

/** What a physical capture says of itself. */
export const physical = (number: number, more: Partial<EntryContent> = {}): EntryContent =>
  ({
    ...{ ...place, takenAt: "virginia", entry: "point", kind: "physical", ...times },
    ...{ label: `2026030${number}-000000F`, bytes: { source: 10, stored: 5 } },
    source: { engine: "postgresql", startWal: segment(number), stopWal: segment(number), timeline: 1 },
    tool: { name: "pgbackrest", version: "2.45" },
    keys: [{ id: "passphrase", object: "keys/messages/passphrase.json", sha256: digest("wrapped") }],
    parts: [{ key: `part-${number}`, bytes: 4, sha256: digest(`obj${number}`) }],
    restore: [["pgbackrest", "restore"]],
    ...more,
  }) as EntryContent;

/** A vault that was begun unsigned: manifests 1 and 2, and after them the signed entries 3 and 4. */
export async function grownChain(signer: Signer): Promise<MemoryStore> {
  const store = memoryStore();
  oldManifest(store, 1);
  oldManifest(store, 2);
  await appendEntry(store, prefix, physical(3), signer);
  await appendEntry(store, prefix, physical(4), signer);
  return store;
}
