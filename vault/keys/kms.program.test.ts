import { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Backend, startBackend, testCredentials } from "../testing/backends.js";
import { memoryStore } from "../testing/memory-store.js";
import { ageIdentity, ageRecipient } from "./age.js";
import { currentKey, openKey } from "./key-ring.js";
import { kmsProvider } from "./kms.js";

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
