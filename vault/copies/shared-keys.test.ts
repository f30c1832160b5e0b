import { generateIdentity, identityToRecipient } from "age-encryption";
import { expect, test } from "vitest";

import { ageIdentity, ageRecipient } from "../keys/age.js";
import { formatKeyDocument, wrapSecret } from "../keys/key-document.js";
import { type KeyRing, keyObject } from "../keys/key-ring.js";
import { memoryStore } from "../testing/memory-store.js";
import { keepKey, sharedKey } from "./shared-keys.js";

const now = new Date("2026-05-01T00:00:00Z");

test("who only writes makes a key each run, and reads none of those before the newest", async () => {
  const identity = await generateIdentity();
  const recipients = [await ageRecipient(await identityToRecipient(identity))];
  const stores = [memoryStore(), memoryStore()];
  let reads: string[] = [];
  const rings = stores.map(
    (store): KeyRing => ({
      ...{ plan: "desk", dataset: "tickets", keys: [] },
      store: {
        ...store,
        get: (key) => {
          reads.push(key);
          return store.get(key);
        },
      },
    }),
  );
  const run = async () => {
    reads = [];
    const { key } = await sharedKey(rings, "data", recipients, now);
    const looked = [...reads];
    for (const ring of rings) await keepKey(ring, key);
    return { id: key.id, looked };
  };
  for (let number = 1; number <= 9; number += 1) expect((await run()).id).toBe(`data-00000${number}`);

  const { id, looked } = await run();
  expect(id).toBe("data-000010");
  // The newest at each copy, and the one that was made as it came to lie.
  const newest = "keys/tickets/data-000009.json";
  expect(looked).toEqual([newest, newest, "keys/tickets/data-000010.json"]);

  // Whoever can open it uses it.
  const holder = await ageIdentity(identity);
  const opened = await sharedKey(
    rings.map((ring) => ({ ...ring, keys: [holder] })),
    "data",
    recipients,
    now,
  );
  expect(opened.key.id).toBe("data-000010");
});

test("what anybody wrapped for a holder as the newest key is not used: the next one is made", async () => {
  const identity = await generateIdentity();
  const recipients = [ageRecipient(await identityToRecipient(identity))];
  const of = { plan: "desk", dataset: "tickets" };
  const ring: KeyRing = { ...of, store: memoryStore(), keys: [await ageIdentity(identity)] };
  for (const purpose of ["data", "signing"] as const) {
    const { key: own } = await sharedKey([ring], purpose, recipients, now);
    expect(own.id).toBe(`${purpose}-000001`);
    const lay = async (id: string, change: object) => {
      const context = { ...of, key: id };
      const document = await wrapSecret(
        Buffer.from("none"),
        context,
        recipients,
        now,
        own.document.publicKey,
      );
      await ring.store.create(keyObject("tickets", id), formatKeyDocument({ ...document, ...change }));
    };
    // What opens to no key, then what does not open: it was wrapped under another name.
    await lay(`${purpose}-000002`, {});
    expect((await sharedKey([ring], purpose, recipients, now)).key.id).toBe(`${purpose}-000003`);
    await lay(`${purpose}-000004`, { wrapped: own.document.wrapped });
    expect((await sharedKey([ring], purpose, recipients, now)).key.id).toBe(`${purpose}-000005`);
  }
});
