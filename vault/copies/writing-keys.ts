import { type Signer, signerFrom } from "../chain/signer.js";
import type { SealKey } from "../envelope/envelope.js";
import { VaultError } from "../errors.js";
import { keyIds, type RingKey } from "../keys/key-ring.js";
import { signingKeyFrom } from "../keys/open-key.js";
import type { KeyProvider } from "../keys/provider.js";
import type { DatasetCopy } from "./dataset-copy.js";
import { keepKey, type SharedKey, sharedKey } from "./shared-keys.js";

/** What a run writes with: one key to seal, one to sign, the same at every copy. */
export interface WritingKeys {
  readonly data: RingKey;
  readonly seal: Omit<SealKey, "context">;
  readonly signer: Signer;
  /** Copies that have both keys. */
  readonly ready: readonly DatasetCopy[];
  /** Copies that have not, and why. */
  readonly refused: readonly { readonly copy: DatasetCopy; readonly failure: unknown }[];
}

/**
 * The keys that a run writes with, laid down at every copy that answers.
 *
 * @param recipients everybody who shall be able to open what is written
 * @throws VaultError when no copy answers
 */
export async function writingKeys(
  copies: readonly DatasetCopy[],
  recipients: readonly KeyProvider[],
  now: Date,
): Promise<WritingKeys> {
  const refused: { copy: DatasetCopy; failure: unknown }[] = [];
  const those = async (from: readonly DatasetCopy[], work: (copy: DatasetCopy) => Promise<unknown>) => {
    const settled = await Promise.allSettled(from.map(work));
    return from.filter((copy, index) => {
      const one = settled[index];
      if (one?.status === "rejected") refused.push({ copy, failure: one.reason });
      return one?.status === "fulfilled";
    });
  };
  const answering = await those(copies, ({ ring }) => keyIds(ring, "data"));
  const rings = answering.map(({ ring }) => ring);
  const [first] = rings;
  if (!first) throw noneLeft(refused);
  const data = await sharedKey(rings, "data", recipients, now);
  const signing = await sharedKey(rings, "signing", recipients, now);
  const ready = await those(answering, async ({ ring }) => {
    for (const { key } of [data, signing] satisfies SharedKey[]) await keepKey(ring, key);
  });
  if (ready.length === 0) throw noneLeft(refused);
  return {
    data: data.key,
    seal: { id: data.key.id, secret: data.secret },
    signer: signerFrom(signing.key.id, signingKeyFrom(first, signing.key, signing.secret)),
    ready,
    refused,
  };
}

function noneLeft(refused: readonly { readonly failure: unknown }[]): unknown {
  const [first] = refused;
  if (refused.length === 1 && first) return first.failure;
  const reasons = refused.map(({ failure }) =>
    failure instanceof Error ? failure.message : String(failure),
  );
  return new VaultError(`no copy can be written to: ${reasons.join("; ")}`);
}
