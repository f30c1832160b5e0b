import { armor, Encrypter, generateIdentity, identityToRecipient } from "age-encryption";
import { beforeAll, expect, test } from "vitest";

import { sharedKey } from "../copies/shared-keys.js";
import { VaultError } from "../errors.js";
import { memoryStore } from "../testing/memory-store.js";
import { ageIdentity, ageRecipient } from "./age.js";
import { currentKey, type KeyRing, keyObject, ringKey, ringKeys, rotateKey } from "./key-ring.js";
import { openKey, openSigningKey } from "./open-key.js";
import type { KeyProvider } from "./provider.js";

const now = new Date("2026-05-01T00:00:00Z");
let identities: string[];
let holders: KeyProvider[];
let recipients: KeyProvider[];

beforeAll(async () => {
  identities = await Promise.all([generateIdentity(), generateIdentity(), generateIdentity()]);
  holders = await Promise.all(identities.map((identity) => ageIdentity(`# holder\n${identity}\n`)));
  recipients = await Promise.all(
    identities.map(async (identity) => ageRecipient(await identityToRecipient(identity))),
  );
});

/** A key service whose key can be disabled. */
function service() {
  let enabled = true;
  const provider: KeyProvider = {
    kind: "kms",
    key: "alias/chat-customer",
    wrap: async (secret) => Buffer.from(secret).toString("hex"),
    unwrap: async (wrapped) => {
      if (!enabled)
        throw new VaultError("alias/chat-customer in us-east-1 does not unwrap: DisabledException");
      return Buffer.from(wrapped, "hex");
    },
  };
  return {
    provider,
    disable: () => {
      enabled = false;
    },
  };
}

const ring = (keys: readonly KeyProvider[], store = memoryStore()): KeyRing => ({
  store,
  plan: "chat",
  dataset: "messages",
  keys,
});

test("F9: either holder of the recovery key opens what the category's key wrapped, alone and without it", async () => {
  const { provider, disable } = service();
  const store = memoryStore();
  const made = ring([provider], store);
  const key = await currentKey(made, "data", [provider, ...recipients.slice(0, 2)], now);
  const secret = await openKey(made, key);
  disable();

  for (const holder of holders.slice(0, 2))
    expect(Buffer.from(await openKey(ring([provider, holder], store), key)).equals(Buffer.from(secret))).toBe(
      true,
    );
  expect(secret.byteLength).toBe(32);
});

test("fault 7: a wrong, disabled or absent key is named, with who could open it, and no secret is shown", async () => {
  const { provider, disable } = service();
  const store = memoryStore();
  const key = await currentKey(ring([provider], store), "data", [provider, ...recipients.slice(0, 1)], now);
  const wrapped = key.document.wrapped[0]?.ciphertext ?? "";
  disable();
  const failure = (keys: readonly KeyProvider[]) =>
    openKey(ring(keys, store), key).then(() => "opened", String);

  expect(await failure([provider])).toContain(
    "alias/chat-customer in us-east-1 does not unwrap: DisabledException",
  );
  expect(await failure(holders.slice(2))).toContain(
    `is wrapped for alias/chat-customer (kms), ${recipients[0]?.key} (age)`,
  );
  expect(await failure([])).toContain("at hand is none");
  expect(await failure(recipients.slice(0, 1))).toContain(
    `the identity of ${recipients[0]?.key} is not at hand`,
  );
  for (const text of [await failure([provider]), await failure(holders.slice(2))]) {
    expect(text).not.toContain(wrapped);
    for (const identity of identities) expect(text).not.toContain(identity);
  }
});

test("rotation makes the next key; what the older one sealed still opens", async () => {
  const { provider } = service();
  const made = ring([provider]);
  const first = await currentKey(made, "data", [provider], now);
  const before = await openKey(made, first);
  const second = await rotateKey(made, "data", [provider], now);

  expect([first.id, second.id]).toEqual(["data-000001", "data-000002"]);
  expect((await currentKey(made, "data", [provider], now)).id).toBe("data-000002");
  expect(await openKey(made, await ringKey(made, "data-000001"))).toEqual(before);
  expect(await openKey(made, second)).not.toEqual(before);
});

test("of two who rotate at once each makes a key of its own", async () => {
  const { provider } = service();
  const made = ring([provider]);
  await Promise.all([1, 2, 3].map(() => rotateKey(made, "data", [provider], now)));

  expect((await ringKeys(made, "data")).map(({ id }) => id)).toEqual([
    "data-000001",
    "data-000002",
    "data-000003",
  ]);
});

test("a key moved to another name, dataset or plan does not open there", async () => {
  const store = memoryStore();
  const made = ring(holders.slice(0, 1), store);
  await currentKey(made, "data", recipients.slice(0, 1), now);
  const document = JSON.parse(String(store.objects.get(keyObject("messages", "data-000001"))));
  // Whoever moves it may write beside it what they like; what it is wrapped with says whose it is.
  const move = (dataset: string, key: string) =>
    store.objects.set(
      keyObject(dataset, key),
      Buffer.from(JSON.stringify({ ...document, context: { plan: "chat", dataset, key } })),
    );
  move("messages", "data-000002");
  move("other", "data-000001");

  await expect(openKey(made, await ringKey(made, "data-000002"))).rejects.toThrow(
    "wrapped for something else",
  );
  const other = { ...made, dataset: "other" };
  await expect(openKey(other, await ringKey(other, "data-000001"))).rejects.toThrow(
    "wrapped for something else",
  );
});

test("a signing key whose public half was exchanged is refused", async () => {
  const made = ring(holders.slice(0, 1));
  const key = await currentKey(made, "signing", recipients.slice(0, 1), now);
  const other = await rotateKey(made, "signing", recipients.slice(0, 1), now);

  expect((await openSigningKey(made, key)).asymmetricKeyType).toBe("ed25519");
  const forged = { ...key, document: { ...key.document, publicKey: other.document.publicKey } };
  await expect(openSigningKey(made, forged)).rejects.toThrow("a public key that is not its own");
});

test("an identity file that is none is refused without being shown", async () => {
  await expect(ageIdentity("AGE-SECRET-KEY-1SPOILT")).rejects.toThrow("is no age identity");
  await expect(ageIdentity("AGE-SECRET-KEY-1SPOILT")).rejects.not.toThrow("SPOILT");
  await expect(ageIdentity(identities.join("\n"))).rejects.toThrow("this one holds 3");
});

test("an object that is no key is named where somebody asks, and its number is never used again", async () => {
  const own = ring(holders);
  const first = await rotateKey(own, "data", recipients, now);
  await own.store.create(keyObject("messages", "data-000002"), "nonsense");
  const spoiled: string[] = [];
  const found = await ringKeys(own, "data", (object) => spoiled.push(object));
  const next = await rotateKey(own, "data", recipients, now);

  expect(found).toEqual([first]);
  expect(spoiled).toEqual(["keys/messages/data-000002.json"]);
  expect(next.id).toBe("data-000003");
  await expect(ringKeys(own, "data")).rejects.toThrow("data-000002.json at");
});

test("what anybody wraps for a holder opens to no secret, and says so", async () => {
  const [recipient] = recipients;
  const [holder] = holders;
  if (!recipient || !holder) throw new Error("no holder");
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient.key);
  const wrapped = armor.encode(await encrypter.encrypt("no JSON"));

  await expect(holder.unwrap(wrapped, {})).rejects.toThrow(
    new VaultError(`what ${recipient.key} opened is not a wrapped secret`),
  );
});

test("a key that was copied to another's place is none: it is told, and the next one is made after it", async () => {
  const store = memoryStore();
  const [recipient] = recipients;
  const [holder] = holders;
  if (!recipient || !holder) throw new Error("no holder");
  const own = ring([holder], store);
  const first = await currentKey(own, "data", [recipient], now);
  await store.create(keyObject("messages", "data-000003"), (await store.get(first.object)) ?? "");
  const told: string[] = [];

  expect((await ringKeys(own, "data", (_, problem) => told.push(problem))).map(({ id }) => id)).toEqual([
    first.id,
  ]);
  expect(told).toEqual([
    expect.stringMatching(
      /data-000003.json .* is another's key: plan chat, dataset messages, key data-000001$/,
    ),
  ]);
  expect((await sharedKey([own], "data", [recipient], now)).key.id).toBe("data-000004");
});

test("whatever lies under the last number, there are keys after it", async () => {
  const store = memoryStore();
  const own = ring([], store);
  for (const id of ["data-999999", "data-999997"]) await store.create(keyObject("messages", id), "none");
  const made: string[] = [];
  for (let count = 0; count < 3; count += 1) made.push((await rotateKey(own, "data", recipients, now)).id);

  expect(made).toEqual(["data-999998", "data-999996", "data-999995"]);
  expect((await ringKeys(own, "data", () => undefined)).map(({ id }) => id).sort()).toEqual(made.sort());
});
