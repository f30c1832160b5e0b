import { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { unwrapPassphrase } from "../passphrase.js";
import { type Backend, startBackend, testCredentials } from "../testing/backends.js";
import { memoryStore } from "../testing/memory-store.js";
import { ageIdentity, ageRecipient } from "./age.js";
import { currentKey } from "./key-ring.js";
import { kmsProvider } from "./kms.js";
import { openKey } from "./open-key.js";

let backend: Backend;
beforeAll(async () => {
  backend = await startBackend("ministack");
});
afterAll(() => backend?.stop());

test("fault 7: a disabled KMS key is named and opens nothing; a holder's recovery key still does", async () => {
  const config = { region: "us-east-1", endpoint: backend.endpoint ?? "", credentials: testCredentials };
  const client = new KMSClient(config);
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  const alias = "alias/chat-customer";
  await client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyMetadata?.KeyId }));
  const kms = kmsProvider({ alias, region: "us-east-1", client: config });
  const identity = await generateIdentity();
  const ring = { store: memoryStore(), plan: "chat", dataset: "messages", keys: [kms] };
  const key = await currentKey(
    ring,
    "data",
    [kms, ageRecipient(await identityToRecipient(identity))],
    new Date(),
  );
  const secret = Buffer.from(await openKey(ring, key));

  await expect(openKey({ ...ring, dataset: "other" }, key)).rejects.toThrow(
    "alias/chat-customer in us-east-1 does not unwrap",
  );
  await client.send(new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId }));
  await expect(openKey(ring, key)).rejects.toThrow(
    "alias/chat-customer in us-east-1 does not unwrap: DisabledException",
  );
  const holder = { ...ring, keys: [kms, await ageIdentity(identity)] };
  expect(secret.equals(Buffer.from(await openKey(holder, key)))).toBe(true);
});

test("F10: a passphrase as the first vaults wrapped it opens, and for its own dataset alone", async () => {
  const region = "us-east-1";
  const config = { region, endpoint: backend.endpoint ?? "", credentials: testCredentials };
  const client = new KMSClient(config);
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  const alias = "alias/chat-first";
  await client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyMetadata?.KeyId }));
  const context = { plan: "chat", dataset: "messages" };
  const wrapped = await kmsProvider({ alias, region, client: config }).wrap(Buffer.from("secret"), context);
  const store = memoryStore();
  const object = "keys/messages/passphrase.json";
  await store.create(object, `${JSON.stringify({ version: 1, keyAlias: alias, ciphertext: wrapped })}\n`);
  vi.stubEnv("AWS_ENDPOINT_URL_KMS", backend.endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", testCredentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", testCredentials.secretAccessKey);
  try {
    const ring = { store, ...context, keys: [kmsProvider({ alias, region })] };
    expect(await unwrapPassphrase(ring)).toBe("secret");
    await store.create("keys/other/passphrase.json", (await store.get(object)) ?? "");
    await expect(unwrapPassphrase({ ...ring, dataset: "other" })).rejects.toThrow(
      "keys/other/passphrase.json of memory: alias/chat-first in us-east-1 does not unwrap",
    );
  } finally {
    vi.unstubAllEnvs();
  }
});
