import { randomBytes } from "node:crypto";
import { DecryptCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import { z } from "zod";

import { VaultError } from "./errors.js";
import type { ObjectStore } from "./object-store.js";

const wrapped = z.object({ version: z.literal(1), keyAlias: z.string(), ciphertext: z.base64() });

/** The key that wraps, in the region of whoever asks. */
export interface KeyRef {
  readonly alias: string;
  readonly region: string;
  /** Bound to the ciphertext: what was wrapped for one dataset does not open as another's. */
  readonly context: Readonly<Record<string, string>>;
}

const client = (region: string) =>
  new KMSClient({
    region,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 },
  });

/** A new random passphrase, wrapped: 256 bits as text that every tool takes. */
export async function wrapNewPassphrase({ alias, region, context }: KeyRef): Promise<string> {
  const passphrase = randomBytes(32).toString("base64url");
  const { CiphertextBlob } = await client(region).send(
    new EncryptCommand({ KeyId: alias, Plaintext: Buffer.from(passphrase), EncryptionContext: context }),
  );
  if (!CiphertextBlob) throw new VaultError(`${alias} in ${region} returned no ciphertext`);
  return `${JSON.stringify({ version: 1, keyAlias: alias, ciphertext: Buffer.from(CiphertextBlob).toString("base64") })}\n`;
}

/**
 * Unwraps the passphrase stored at `key`.
 *
 * @throws VaultError when there is none, or the key refuses; it names the key and never the passphrase.
 */
export async function unwrapPassphrase(
  store: ObjectStore,
  key: string,
  { alias, region, context }: KeyRef,
): Promise<string> {
  const body = await store.get(key);
  if (!body) throw new VaultError(`no wrapped passphrase at ${key} in ${store.label}`);
  const parsed = wrapped.safeParse(JSON.parse(Buffer.from(body).toString("utf8")));
  if (!parsed.success) throw new VaultError(`${key} in ${store.label} is not a wrapped passphrase`);
  try {
    const { Plaintext } = await client(region).send(
      new DecryptCommand({
        KeyId: alias,
        CiphertextBlob: Buffer.from(parsed.data.ciphertext, "base64"),
        EncryptionContext: context,
      }),
    );
    if (!Plaintext) throw new VaultError(`${alias} in ${region} returned no plaintext`);
    return Buffer.from(Plaintext).toString("utf8");
  } catch (error) {
    throw new VaultError(
      `${alias} in ${region} does not unwrap ${key} of ${store.label}: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`,
      "check that the key is enabled and that this identity may use it",
      { cause: error },
    );
  }
}
