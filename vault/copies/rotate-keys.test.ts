import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test } from "vitest";

import { VaultError } from "../errors.js";
import { ageIdentity, ageRecipient } from "../keys/age.js";
import { currentKey, ringKeys } from "../keys/key-ring.js";
import { openKey } from "../keys/open-key.js";
import type { KeyProvider } from "../keys/provider.js";
import { directoryStore } from "../store/directory/directory-store.js";
import type { Store } from "../store/store.js";
import type { DatasetCopy } from "./dataset-copy.js";
import { proveRecipients, rotateAt } from "./rotate-keys.js";

const now = new Date("2026-05-01T00:00:00Z");
const of = { plan: "chat", dataset: "messages" };
let folder: string;
let holder: KeyProvider;
let recipients: KeyProvider[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-rotate-"));
  const identity = await generateIdentity();
  holder = await ageIdentity(identity);
  recipients = [ageRecipient(await identityToRecipient(identity))];
});
afterAll(() => rm(folder, { recursive: true }));

const copy = (site: string, store: Store): DatasetCopy => ({
  ...{ ...of, site, store },
  ring: { ...of, store, keys: [holder] },
});

/** Copies that have a first key in common; the dataset's own comes last. */
async function begun(name: string, sites = ["oregon", "dublin", "virginia"]): Promise<DatasetCopy[]> {
  const copies = sites.map((site) => copy(site, directoryStore(join(folder, name, site))));
  const [first] = copies;
  if (!first) throw new Error("no copy");
  await currentKey(first.ring, "data", recipients, now);
  for (const { store } of copies.slice(1))
    for await (const { key } of first.store.list("keys/"))
      await store.create(key, (await first.store.get(key)) ?? "");
  return copies;
}

/** Ids and checksums of what a copy has. */
const held = async ({ ring }: DatasetCopy) =>
  (await ringKeys(ring, "data")).map(({ id, sha256 }) => `${id} ${sha256}`);

test("D13: the next key is the same at every copy, and what the older one sealed opens on", async () => {
  const copies = await begun("plain");
  const [oregon] = copies;
  if (!oregon) throw new Error("no copy");
  const before = await ringKeys(oregon.ring, "data");
  const rotated = await rotateAt(copies, "data", recipients, now);

  expect(rotated).toEqual({
    ...{ purpose: "data", id: "data-000002", finished: false },
    sites: ["oregon", "dublin", "virginia"],
  });
  for (const one of copies) {
    expect(await held(one)).toEqual(await held(oregon));
    const [old, next] = await ringKeys(one.ring, "data");
    expect(old).toEqual(before[0]);
    if (!old || !next) throw new Error("a key is missing");
    expect(await openKey(one.ring, old)).not.toEqual(await openKey(one.ring, next));
  }
});

test("killed before any write, the dataset's own site uses a key that all have; run again, it ends the same", async () => {
  for (let writes = 0; writes < 3; writes += 1) {
    const copies = await begun(`killed-${writes}`);
    let left = writes;
    const dying = copies.map((one) => {
      const store: Store = {
        ...one.store,
        create: async (key, body) => {
          if (left-- <= 0) throw new Error("killed");
          return one.store.create(key, body);
        },
      };
      return { ...one, store, ring: { ...one.ring, store } };
    });
    await expect(rotateAt(dying, "data", recipients, now)).rejects.toThrow("killed");
    const own = (await held(copies[2] as DatasetCopy)).at(-1);
    for (const one of copies) expect(await held(one)).toContain(own);

    const again = await rotateAt(copies, "data", recipients, new Date(now.getTime() + 60_000));
    expect(again).toMatchObject({ id: "data-000002", finished: writes > 0 });
    for (const one of copies) expect(await held(one)).toEqual(await held(copies[0] as DatasetCopy));
    expect(await held(copies[0] as DatasetCopy)).toHaveLength(2);
  }
});

test("a key that a copy missed long ago is no broken-off rotation: the next one is made", async () => {
  const copies = await begun("missed");
  await rotateAt(copies.slice(0, 2), "data", recipients, now);
  const later = await rotateAt(copies, "data", recipients, new Date(now.getTime() + 2 * 86_400_000));

  expect(later).toMatchObject({ id: "data-000003", finished: false });
  expect((await held(copies[2] as DatasetCopy)).map((key) => key.slice(0, 11))).toEqual([
    "data-000001",
    "data-000003",
  ]);
});

test("fault 7: a key service that does not wrap, or does not give back what it wrapped, is named; nothing is written", async () => {
  const copies = await begun("refused");
  const service = (change: Partial<KeyProvider>): KeyProvider => ({
    ...{ kind: "kms", key: "alias/chat-customer" },
    wrap: async (secret) => Buffer.from(secret).toString("hex"),
    unwrap: async (wrapped) => Buffer.from(wrapped, "hex"),
    ...change,
  });
  const disabled = async (): Promise<never> => {
    throw new VaultError("alias/chat-customer in us-east-1 does not wrap: DisabledException");
  };
  const proven = (own: KeyProvider) =>
    proveRecipients(
      copies.map((one) => ({ ...one, ring: { ...one.ring, keys: [own] } })),
      ["data", "signing"],
      [own, ...recipients],
    );
  const before = await Promise.all(copies.map(held));

  await expect(proven(service({ wrap: disabled }))).rejects.toThrow("does not wrap: DisabledException");
  await expect(proven(service({ unwrap: async () => Buffer.alloc(32) }))).rejects.toThrow(
    "alias/chat-customer does not give back what it wrapped",
  );
  await expect(proven(service({}))).resolves.toBeUndefined();
  await expect(proveRecipients(copies, ["data"], [ageRecipient("age1nobody")])).rejects.toThrow(
    "age1nobody is no age recipient",
  );
  expect(await Promise.all(copies.map(held))).toEqual(before);
});
