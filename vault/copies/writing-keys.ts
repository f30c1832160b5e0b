import { type Signer, signerFrom } from "../chain/signer.js";
import type { SealKey } from "../envelope/envelope.js";
import { VaultError, wordsOf } from "../errors.js";
import { type KeyPurpose, keyIds, type RingKey } from "../keys/key-ring.js";
import { signingKeyFrom } from "../keys/open-key.js";
import type { KeyProvider } from "../keys/provider.js";
import type { DatasetCopy } from "./dataset-copy.js";
import { keepKey, type SharedKey, sharedKey } from "./shared-keys.js";

/** What a run signs with, the same at every copy. */
export interface SigningKeys {
  readonly signing: RingKey;
  readonly signer: Signer;
  /** Copies that have all keys of the run. */
  readonly ready: readonly DatasetCopy[];
  /** Copies that have not, and why. */
  readonly refused: readonly { readonly copy: DatasetCopy; readonly failure: unknown }[];
}

/** What a run writes with: a key to seal beside the one to sign. */
export interface WritingKeys extends SigningKeys {
  readonly data: RingKey;
  readonly seal: Omit<SealKey, "context">;
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
  const { keys, ...rest } = await laidKeys(copies, ["data", "signing"], recipients, now);
  const { data, signing } = keys;
  return {
    data: data.key,
    seal: { id: data.key.id, secret: data.secret },
    signing: signing.key,
    signer: signerOf(rest, signing),
    ...rest,
  };
}

/** The same for a run whose tool seals by itself. */
export async function signingKeys(
  copies: readonly DatasetCopy[],
  recipients: readonly KeyProvider[],
  now: Date,
): Promise<SigningKeys> {
  const { keys, ...rest } = await laidKeys(copies, ["signing"], recipients, now);
  return { signing: keys.signing.key, signer: signerOf(rest, keys.signing), ...rest };
}

type Laid = Pick<WritingKeys, "ready" | "refused">;

function signerOf({ ready: [first] }: Laid, { key, secret }: SharedKey): Signer {
  if (!first) throw new RangeError("no copy that is ready");
  return signerFrom(key.id, signingKeyFrom(first.ring, key, secret));
}

/** Finds or makes a key of each purpose, and lays the same ones down at every copy that answers. */
async function laidKeys<Purpose extends KeyPurpose>(
  copies: readonly DatasetCopy[],
  purposes: readonly Purpose[],
  recipients: readonly KeyProvider[],
  now: Date,
): Promise<Laid & { readonly keys: Readonly<Record<Purpose, SharedKey>> }> {
  const refused: { copy: DatasetCopy; failure: unknown }[] = [];
  const those = async (from: readonly DatasetCopy[], work: (copy: DatasetCopy) => Promise<unknown>) => {
    const settled = await Promise.allSettled(from.map(work));
    return from.filter((copy, index) => {
      const one = settled[index];
      if (one?.status === "rejected") refused.push({ copy, failure: one.reason });
      return one?.status === "fulfilled";
    });
  };
  const answering = await those(copies, ({ ring }) => keyIds(ring, "signing"));
  const rings = answering.map(({ ring }) => ring);
  if (rings.length === 0) throw noneLeft(refused);
  const keys = {} as Record<Purpose, SharedKey>;
  for (const purpose of purposes) keys[purpose] = await sharedKey(rings, purpose, recipients, now);
  const ready = await those(answering, async ({ ring }) => {
    for (const purpose of purposes) await keepKey(ring, keys[purpose].key);
  });
  if (ready.length === 0) throw noneLeft(refused);
  return { keys, ready, refused };
}

function noneLeft(refused: readonly { readonly failure: unknown }[]): unknown {
  const [first] = refused;
  if (refused.length === 1 && first) return first.failure;
  const reasons = refused.map(({ failure }) => wordsOf(failure));
  return new VaultError(`no copy can be written to: ${reasons.join("; ")}`);
}
