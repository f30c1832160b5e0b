import { generateIdentity, identityToRecipient } from "age-encryption";
import { beforeAll, expect, test } from "vitest";

import chat from "../../plans/kubernetes-chat.js";
import {
  ageIdentity,
  ageRecipient,
  digest,
  type KeyProvider,
  openKey,
  recipientsOf,
  ringKeys,
  unwrapPassphrase,
} from "../../vault/index.js";
import { memoryStore } from "../../vault/testing/memory-store.js";
import { type LaidKeys, layKeys, passphraseAt } from "./vault-keys.js";

const passphrase = "keys/messages/passphrase.json";
const all = ["keys/messages/data-000001.json", passphrase, "keys/messages/signing-000001.json"];
const plan = { plan: "chat", dataset: "messages" };
const say = () => undefined;

let holders: KeyProvider[];
let recipients: KeyProvider[];

beforeAll(async () => {
  const identities = await Promise.all([generateIdentity(), generateIdentity()]);
  holders = await Promise.all(identities.map(ageIdentity));
  recipients = await Promise.all(
    identities.map(async (identity) => ageRecipient(await identityToRecipient(identity))),
  );
});

const copies = (count: number) => {
  const stores = Array.from({ length: count }, () => memoryStore());
  return { stores, laid: { ...plan, stores, recipients } satisfies LaidKeys };
};

test("the home makes a passphrase, a signing and a data key, and every copy holds the very same objects", async () => {
  const { stores, laid } = copies(2);
  await layKeys(laid, say);

  const [own, other] = stores.map(({ objects }) => Object.fromEntries(objects));
  expect(Object.keys(own ?? {}).sort()).toEqual(all);
  expect(other).toEqual(own);
});

test("each holder's file alone opens all of them, from any copy", async () => {
  const { stores, laid } = copies(2);
  await layKeys(laid, say);
  const [, store = memoryStore()] = stores;

  for (const holder of holders) {
    const ring = { store, ...plan, keys: [holder] };
    for (const purpose of ["signing", "data"] as const)
      for (const key of await ringKeys(ring, purpose))
        expect((await openKey(ring, key)).length).toBeGreaterThan(31);
    expect(await unwrapPassphrase(ring)).toMatch(/^[\w-]{43}$/);
  }
});

test("a second run, at home or at a standby, changes nothing; a copy that came later is filled", async () => {
  const { stores, laid } = copies(1);
  await layKeys(laid, say);
  const before = new Map(stores[0]?.objects);
  const later = memoryStore();
  await layKeys({ ...laid, stores: [...stores, later] }, say);
  await layKeys({ ...laid, stores: [later], home: "virginia" }, say);

  expect(stores[0]?.objects).toEqual(before);
  expect(later.objects).toEqual(before);
});

test("a standby makes no first passphrase: the repositories' own would be lost", async () => {
  const { stores, laid } = copies(1);

  await expect(layKeys({ ...laid, home: "virginia" }, say)).rejects.toMatchObject({
    exitCode: 3,
    message: '"messages" has no passphrase at memory',
    hint: 'bring up its home site "virginia" first',
  });
  expect([...(stores[0]?.objects.keys() ?? [])]).toEqual([]);
});

test("F10: a vault of the first kind keeps its passphrase as it is, and gets the keys that it lacks", async () => {
  const { stores, laid } = copies(2);
  const old = Buffer.from('{"version":1,"keyAlias":"alias/chat-customer","ciphertext":"AAAA"}\n');
  for (const { objects } of stores) objects.set(passphrase, old);
  await layKeys({ ...laid, home: "virginia" }, say);

  for (const { objects } of stores) {
    expect(objects.get(passphrase)).toEqual(old);
    expect([...objects.keys()].sort()).toEqual(all);
  }
});

test("keys are wrapped by the category's key and for every holder of the plan's recovery key", () => {
  const wanted = ["alias/chat-customer", ...(chat.keys.recovery?.recipients ?? [])];

  expect(wanted).toHaveLength(3);
  expect(recipientsOf(chat, "messages", ["virginia"]).map(({ key: name }) => name)).toEqual(wanted);
  const { recovery: _, ...keys } = chat.keys;
  const alone = { ...chat, keys };
  expect(recipientsOf(alone, "messages", ["virginia"]).map(({ key: name }) => name)).toEqual([wanted[0]]);
});

test("a copy gets a point only where the passphrase lies as it does at the others that answer", async () => {
  const { stores, laid } = copies(2);
  await layKeys(laid, say);
  const [virginia, oregon] = stores;
  if (!virginia || !oregon) throw new Error("no copies");
  const silent = { site: "isolated", store: { get: () => Promise.reject(new Error("does not answer")) } };
  const at = [{ site: "virginia", store: virginia }, { site: "oregon", store: oregon }, silent];
  const ask = (site: string) => passphraseAt("messages", at, site, "lay it there");
  const bytes = virginia.objects.get(passphrase) ?? Buffer.of();

  expect(await ask("oregon")).toEqual({ id: "passphrase", object: passphrase, sha256: digest(bytes) });
  oregon.objects.set(passphrase, Buffer.from("{}\n"));
  await expect(ask("oregon")).rejects.toMatchObject({
    exitCode: 3,
    message: `${passphrase} at "oregon" is another than at "virginia"`,
    hint: "lay it there",
  });
  oregon.objects.delete(passphrase);
  await expect(ask("oregon")).rejects.toThrow(`${passphrase} is missing at "oregon"`);
  await expect(ask("isolated")).rejects.toThrow("does not answer");
});
