import { DecryptCommand, EncryptCommand, KMSClient, type KMSClientConfig } from "@aws-sdk/client-kms";

import { VaultError } from "../errors.js";
import type { KeyProvider } from "./provider.js";

/** Which KMS key, where. */
export interface KmsKey {
  /** Alias: the same in every region of a multi-region key. */
  readonly alias: string;
  readonly region: string;
  /** How it is reached, where that is not the environment's affair. */
  readonly client?: KMSClientConfig;
}

/** A key in AWS KMS. Who may use it is decided there, and every use is recorded there. */
export function kmsProvider({ alias, region, client: config }: KmsKey): KeyProvider {
  const client = new KMSClient({
    region,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
    ...config,
  });
  const failed = (what: string, cause: unknown) =>
    new VaultError(
      `${alias} in ${region} does not ${what}: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : cause}`,
      "check that the key is enabled and that this identity may use it",
      { cause },
    );
  return {
    kind: "kms",
    key: alias,
    async wrap(secret, context) {
      try {
        const { CiphertextBlob } = await client.send(
          new EncryptCommand({ KeyId: alias, Plaintext: secret, EncryptionContext: { ...context } }),
        );
        if (!CiphertextBlob) throw new Error("it returned no ciphertext");
        return Buffer.from(CiphertextBlob).toString("base64");
      } catch (error) {
        throw failed("wrap", error);
      }
    },
    async unwrap(wrapped, context) {
      try {
        const { Plaintext } = await client.send(
          new DecryptCommand({
            KeyId: alias,
            CiphertextBlob: Buffer.from(wrapped, "base64"),
            EncryptionContext: { ...context },
          }),
        );
        if (!Plaintext) throw new Error("it returned no plaintext");
        return Plaintext;
      } catch (error) {
        throw failed("unwrap", error);
      }
    },
  };
}
