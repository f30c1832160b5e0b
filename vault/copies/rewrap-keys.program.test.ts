import { generateKeyPairSync } from "node:crypto";
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  KMSClient,
  UpdateAliasCommand,
} from "@aws-sdk/client-kms";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { names } from "../../plan/index.js";
import { signerFrom } from "../chain/signer.js";
import { ageIdentity, ageRecipient } from "../keys/age.js";
import { keptSecrets } from "../keys/kept-secrets.js";
import { currentKey, type KeyRing, ringKeys } from "../keys/key-ring.js";
import { kmsProvider } from "../keys/kms.js";
import { openKey } from "../keys/open-key.js";
import { formatRewrapping, rewrappingObject } from "../keys/rewrapping.js";
import { unwrapPassphrase } from "../passphrase.js";
import { type Backend, startBackend, testCredentials } from "../testing/backends.js";
import type { DatasetCopy } from "./dataset-copy.js";
import { lackingAt, layRewrapped, rewrapped } from "./rewrap-keys.js";
import { proveRecipients } from "./rotate-keys.js";

const now = new Date("2026-05-01T00:00:00Z");
const of = { plan: "chat", dataset: "messages" };
const region = "us-east-1";
let aws: Backend;
let client: KMSClient;

beforeAll(async () => {
  aws = await startBackend("ministack");
  client = new KMSClient({ region, endpoint: aws.endpoint ?? "", credentials: testCredentials });
  vi.stubEnv("AWS_ENDPOINT_URL_KMS", aws.endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", testCredentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", testCredentials.secretAccessKey);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await aws?.stop();
});

async function newKey(): Promise<string> {
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  return KeyMetadata?.KeyId ?? "";
}

/** A vault with all three kinds of secrets at two copies, the passphrase as the first vaults wrapped it. */
async function vault(name: string) {
  const alias = `alias/${name}`;
  const id = await newKey();
  await client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: id }));
  const kms = kmsProvider({ alias, region });
  const identity = await generateIdentity();
  const old = await ageIdentity(identity);
  const stores = [await aws.store(), await aws.store()] as const;
  const ring: KeyRing = { ...of, store: stores[0], keys: [kms] };
  const recipients = [kms, ageRecipient(await identityToRecipient(identity))];
  for (const purpose of ["data", "signing"] as const) await currentKey(ring, purpose, recipients, now);
  const ciphertext = await kms.wrap(Buffer.from("correct horse"), of);
  const passphrase = names.passphraseKey(of.dataset);
  await stores[0].create(passphrase, `${JSON.stringify({ version: 1, keyAlias: alias, ciphertext })}\n`);
  for await (const { key } of stores[0].list("keys/"))
    await stores[1].create(key, (await stores[0].get(key)) ?? "");
  const copies = (keys = [kms]): DatasetCopy[] =>
    stores.map((store, index) => ({
      ...{ ...of, site: `site-${index}`, store },
      ring: { ...of, store, keys },
    }));
  return { alias, id, kms, old, copies, recipients, passphrase };
}

const ignored = () => undefined;
const objects = async ({ store }: DatasetCopy) => {
  const found: Record<string, string> = {};
  for await (const { key } of store.list("keys/"))
    found[key] = Buffer.from((await store.get(key)) ?? []).toString();
  return found;
};

test("D13: a new holder opens everything older, a first vault's passphrase too; no key's own object changes", async () => {
  const { kms, copies, recipients } = await vault("chat-holder");
  const identity = await generateIdentity();
  const holder = await ageIdentity(identity);
  const wanted = [...recipients, ageRecipient(holder.key)];
  const before = await Promise.all(copies().map(objects));
  const lacking = await lackingAt(copies(), wanted, ignored);

  expect(lacking.map(({ secret, keys }) => [secret.id, keys])).toEqual([
    ["data-000001", [holder.key]],
    ["signing-000001", [holder.key]],
    ["passphrase", [recipients[1]?.key, holder.key]],
  ]);
  for (const one of await rewrapped(lacking, wanted, now)) await layRewrapped(one);
  for (const [index, copy] of copies([holder]).entries()) {
    expect(await objects(copy)).toMatchObject(before[index] ?? {});
    for (const purpose of ["data", "signing"] as const)
      for (const key of await ringKeys(copy.ring, purpose))
        expect(Buffer.from(await openKey(copy.ring, key))).toEqual(
          Buffer.from(await openKey({ ...copy.ring, keys: [kms] }, key)),
        );
    const lost = kmsProvider({ alias: "alias/lost", region });
    for (const keys of [[lost, holder], [kms]])
      expect(await unwrapPassphrase({ ...copy.ring, keys })).toBe("correct horse");
  }
  // A second run finds nothing to do; one that was killed after the first copy does the rest.
  expect(await lackingAt(copies(), wanted, ignored)).toEqual([]);
});

test("killed between any two writes, a second run leaves every secret open to everybody", async () => {
  const { copies, recipients } = await vault("chat-killed");
  const wanted = [...recipients, ageRecipient((await ageIdentity(await generateIdentity())).key)];
  for (let writes = 0; ; writes += 1) {
    let left = 1;
    const dying = copies().map((one) => {
      const create: typeof one.store.create = async (key, body) => {
        if (left-- <= 0) throw new Error("killed");
        return one.store.create(key, body);
      };
      return { ...one, store: { ...one.store, create } };
    });
    const lacking = await lackingAt(dying, wanted, ignored);
    if (lacking.length === 0) {
      expect(writes).toBe(6);
      return;
    }
    const made = await rewrapped(lacking, wanted, now);
    const run = async () => {
      for (const one of made) await layRewrapped(one);
    };
    await run().catch((error: Error) => expect(error.message).toBe("killed"));
    expect(left).toBeLessThanOrEqual(0);
  }
});

test("fault 7: another key took the alias: a holder's file wraps anew; disabled, it is named and nothing is written", async () => {
  const { alias, id, kms, old, copies, recipients, passphrase } = await vault("chat-replaced");
  const next = await newKey();
  await client.send(new UpdateAliasCommand({ AliasName: alias, TargetKeyId: next }));
  await client.send(new DisableKeyCommand({ KeyId: id }));
  const before = await Promise.all(copies().map(objects));

  await expect(proveRecipients(copies(), ["data"], recipients)).rejects.toMatchObject({
    message: expect.stringContaining(`no key at hand opens keys/messages/data-000001.json`),
    hint: expect.stringContaining("secondsite keys rewrap"),
  });
  const lacking = await lackingAt(copies(), recipients, ignored);
  expect(lacking.map(({ secret, keys }) => [secret.id, keys])).toEqual([
    ["data-000001", [alias]],
    ["signing-000001", [alias]],
    ["passphrase", [alias, recipients[1]?.key]],
  ]);
  await expect(rewrapped(lacking, recipients, now)).rejects.toThrow(`${alias} in us-east-1 does not unwrap`);
  expect(await Promise.all(copies().map(objects))).toEqual(before);

  // The first vaults wrapped their passphrase for that one key alone: without it nobody opens it.
  const ring = lacking.filter(({ secret }) => secret.purpose !== "passphrase");
  const opened = await lackingAt(copies([kms, old]), recipients, ignored);
  for (const one of await rewrapped(opened.slice(0, ring.length), recipients, now)) await layRewrapped(one);
  for (const copy of copies())
    for (const { id: name, open } of await keptSecrets(copy.ring, ignored))
      if (name !== "passphrase") expect((await open()).byteLength).toBeGreaterThan(31);
  await expect(proveRecipients(copies(), ["data"], recipients)).resolves.toBeUndefined();
  expect(passphrase).toBe("keys/messages/passphrase.json");
});

test("what a stranger wrapped for a holder opens nothing", async () => {
  const { copies } = await vault("chat-stranger");
  const holder = await ageIdentity(await generateIdentity());
  const [copy] = copies([holder]);
  if (!copy) throw new Error("no copy");
  const [key] = await ringKeys(copy.ring, "data");
  if (!key) throw new Error("no key");
  const { privateKey } = generateKeyPairSync("ed25519");
  const text = formatRewrapping(
    {
      of: { object: key.object, sha256: key.sha256 },
      context: key.document.context,
      createdAt: now.toISOString(),
      wrapped: [
        {
          kind: "age",
          key: holder.key,
          ciphertext: await ageRecipient(holder.key).wrap(Buffer.alloc(32), key.document.context),
        },
      ],
    },
    signerFrom("signing-000001", privateKey),
  );
  await copy.store.create(rewrappingObject(key.object, 1), text);

  await expect(openKey(copy.ring, key)).rejects.toThrow("data-000001.json at");
});
