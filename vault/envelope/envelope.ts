import { PassThrough } from "node:stream";

// CommonJS that re-exports: only the default import carries every name.
import { buildDecrypt } from "@aws-crypto/decrypt-node";
import { buildEncrypt } from "@aws-crypto/encrypt-node";
import materials from "@aws-crypto/material-management-node";
import keyrings from "@aws-crypto/raw-aes-keyring-node";

import { VaultError, wordsOf } from "../errors.js";

/** Bytes of a secret that seals: AES-256. */
export const dataKeyBytes = 32;

const { AlgorithmSuiteIdentifier, CommitmentPolicy } = materials;
const { RawAesKeyringNode, RawAesWrappingSuiteIdentifier } = keyrings;
const { encryptStream } = buildEncrypt(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const { decryptStream } = buildDecrypt(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);

/** A frame is the most that is held until its tag is checked. */
const frameLength = 64 * 1024;

/** A dataset's key, opened, and what it seals is bound to. */
export interface SealKey {
  /** `data-000002` */
  readonly id: string;
  /** 256 bits. */
  readonly secret: Uint8Array;
  /** Stands in clear in the envelope's head and is authenticated: which plan, dataset, object. No secrets. */
  readonly context: Readonly<Record<string, string>>;
}

function keyring({ id, secret }: SealKey) {
  if (secret.byteLength !== dataKeyBytes)
    throw new VaultError(`key ${id} has ${secret.byteLength * 8} bits instead of 256`);
  return new RawAesKeyringNode({
    keyName: id,
    keyNamespace: "secondsite",
    // The library takes the array over and wipes it.
    unencryptedMasterKey: Uint8Array.from(secret),
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });
}

/**
 * Encrypts a stream: AES-256-GCM in frames, a random data key each, committed to its key (AWS Encryption SDK, message
 * format 2). Any other implementation of that format opens it with the same 256-bit key.
 */
export function seal(source: AsyncIterable<Uint8Array>, key: SealKey): AsyncIterable<Uint8Array> {
  const cipher = encryptStream(keyring(key), {
    frameLength,
    suiteId: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
    encryptionContext: { ...key.context },
  });
  return through(source, cipher, (error) => error);
}

/**
 * Decrypts what `seal` made. No byte is passed on before its frame's tag is checked.
 *
 * @throws VaultError when it is damaged, cut off, sealed by another key or for something else
 */
export async function* open(source: AsyncIterable<Uint8Array>, key: SealKey): AsyncIterable<Uint8Array> {
  const plain = decryptStream(keyring(key));
  let found: Readonly<Record<string, string>> | undefined;
  plain.once("MessageHeader", ({ encryptionContext }: { encryptionContext: Record<string, string> }) => {
    found = encryptionContext;
  });
  const check = () => {
    for (const [name, value] of Object.entries(key.context))
      if (found?.[name] !== value)
        throw new VaultError(`this was sealed for ${name} "${found?.[name] ?? "none"}", not for "${value}"`);
  };
  let checked = false;
  const worded = (error: unknown) =>
    error instanceof VaultError
      ? error
      : new VaultError(
          `this does not open with key ${key.id}: ${wordsOf(error)}`,
          "it is damaged or cut off, or was sealed by another key",
        );
  for await (const chunk of through(source, plain, worded)) {
    if (!checked) check();
    checked = true;
    yield chunk;
  }
  if (!checked) check();
}

/**
 * Drives a stage: what the source gives goes in, what comes out is yielded, and either side's error ends both.
 *
 * The stage is fed by hand and never destroyed: destroyed in the middle, the library's inner streams throw where nobody
 * can catch it. It holds a frame and no handle, so that letting go of it is enough.
 */
async function* through(
  source: AsyncIterable<Uint8Array>,
  stage: NodeJS.ReadWriteStream,
  worded: (error: unknown) => unknown,
): AsyncIterable<Uint8Array> {
  const output = new PassThrough();
  const stop = (error: unknown) => {
    output.destroy(error instanceof Error ? error : new Error(String(error)));
  };
  stage.on("error", stop);
  stage.pipe(output);
  // One listener for all waits: a race against "close" for each would add up over a long stream.
  let wake: () => void = () => undefined;
  stage.on("drain", () => wake());
  output.once("close", () => wake());
  const feed = async () => {
    for await (const chunk of source) {
      if (output.destroyed) return;
      if (!stage.write(chunk) && !output.destroyed)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    if (!output.destroyed) stage.end();
  };
  const fed = feed().catch(stop);
  try {
    for await (const chunk of output) yield chunk as Buffer;
  } catch (error) {
    throw worded(error);
  } finally {
    output.destroy();
    await fed;
  }
}
