import { type Signer, signerOf } from "../chain/signer.js";
import { VaultError } from "../errors.js";
import { type KeptSecret, keptSecrets } from "../keys/kept-secrets.js";
import { wrapForEach } from "../keys/key-document.js";
import { keyIds, ringKey } from "../keys/key-ring.js";
import { nextNumber } from "../keys/next-number.js";
import type { KeyProvider } from "../keys/provider.js";
import { formatRewrapping, rewrappingNumbers, rewrappingObject } from "../keys/rewrapping.js";
import type { ObjectStore } from "../object-store.js";
import type { DatasetCopy } from "./dataset-copy.js";

/** Is told of a copy that could not be read, and why. */
type Silent = (copy: DatasetCopy, why: string) => void;

/** A secret that not everybody can open whom the plan names. */
export interface Lacking {
  readonly secret: KeptSecret;
  /** Copies that hold it, and do not open for these. */
  readonly copies: readonly DatasetCopy[];
  /** Names of the keys that open it at none of these, or not at all of them. */
  readonly keys: readonly string[];
}

/**
 * Secrets that somebody named in the plan cannot open: a holder who is new, a key of the cloud that took another's place.
 *
 * A key service at hand is asked whether it opens what was wrapped by its name: a name may stand for another key by now.
 *
 * @param spoiled is told of an object that is no wrapped secret
 * @param silent is told of a copy whose secrets cannot all be read; the others are looked at nevertheless.
 *   @default nobody is told, and that is the end of it
 */
export async function lackingAt(
  copies: readonly DatasetCopy[],
  recipients: readonly KeyProvider[],
  spoiled: (object: string, problem: string) => void,
  silent: Silent = (_, why) => {
    throw new VaultError(why);
  },
): Promise<Lacking[]> {
  const found = new Map<string, { secret: KeptSecret; copies: DatasetCopy[]; keys: Set<string> }>();
  for (const copy of copies) {
    const { ring } = copy;
    for (const secret of (await secretsOf(copy, silent, spoiled)) ?? []) {
      const keys: string[] = [];
      for (const recipient of recipients)
        if (!(await opensFor(secret, recipient, ring.keys))) keys.push(recipient.key);
      if (keys.length === 0) continue;
      const id = `${secret.id} ${secret.sha256}`;
      const known = found.get(id) ?? { secret, copies: [], keys: new Set<string>() };
      found.set(id, known);
      known.copies.push(copy);
      for (const key of keys) known.keys.add(key);
    }
  }
  return [...found.values()].map(({ secret, copies: at, keys }) => ({ secret, copies: at, keys: [...keys] }));
}

/** Every wrapped secret of a copy; undefined where one could not be read, which is told. */
export async function secretsOf(
  copy: DatasetCopy,
  silent: Silent,
  spoiled: (object: string, problem: string) => void,
): Promise<KeptSecret[] | undefined> {
  try {
    return await keptSecrets(copy.ring, spoiled);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    silent(copy, error.message);
    return undefined;
  }
}

async function opensFor(
  { wrapped, context }: KeptSecret,
  recipient: KeyProvider,
  atHand: readonly KeyProvider[],
): Promise<boolean> {
  const own = wrapped.filter(({ kind, key }) => kind === recipient.kind && key === recipient.key);
  const service = atHand.find(({ kind, key }) => kind === "kms" && key === recipient.key);
  if (own.length === 0 || recipient.kind !== "kms" || !service) return own.length > 0;
  // The first vaults' passphrases are bound to no key's name.
  const { key: _, ...first } = context;
  for (const { ciphertext } of own.reverse())
    for (const bound of [context, first])
      try {
        (await service.unwrap(ciphertext, bound)).fill(0);
        return true;
      } catch (error) {
        if (!(error instanceof VaultError)) throw error;
      }
  return false;
}

/** One object that is to be laid at copies. */
export interface Rewrapped {
  readonly secret: KeptSecret;
  readonly text: string;
  readonly copies: readonly DatasetCopy[];
}

/**
 * Wraps secrets anew for everybody whom the plan names. Nothing is written yet: all of them are opened, wrapped and signed
 * first.
 *
 * @throws VaultError that names the key, when one is wrong or disabled, or none at hand opens a secret
 */
export async function rewrapped(
  lacking: readonly Lacking[],
  recipients: readonly KeyProvider[],
  now: Date,
): Promise<Rewrapped[]> {
  const made: Rewrapped[] = [];
  const signers = new Map<DatasetCopy, Signer>();
  for (const { secret, copies } of lacking) {
    const [first] = copies;
    if (!first) continue;
    const signer = signers.get(first) ?? (await signerAt(first));
    signers.set(first, signer);
    const opened = await secret.open();
    try {
      const wrapped = await wrapForEach(opened, secret.context, recipients);
      const { object, sha256, context } = secret;
      const text = formatRewrapping(
        { of: { object, sha256 }, context: { ...context }, createdAt: now.toISOString(), wrapped },
        signer,
      );
      made.push({ secret, text, copies });
    } finally {
      opened.fill(0);
    }
  }
  return made;
}

/** Signs with the newest signing key that opens here. @throws VaultError when none does, or there is none */
async function signerAt({ ring }: DatasetCopy): Promise<Signer> {
  let failure: unknown = new VaultError(
    `there is no signing key at ${ring.store.label}`,
    "secondsite keys rotate <plan> makes one",
  );
  for (const id of (await keyIds(ring, "signing")).reverse())
    try {
      return await signerOf(ring, await ringKey(ring, id));
    } catch (error) {
      failure = error;
    }
  throw failure;
}

/** Lays what was wrapped anew at its copies. Safe to kill and to run again. */
export async function layRewrapped({ secret, text, copies }: Rewrapped): Promise<void> {
  for (const { store } of copies) {
    for (;;) {
      const numbers = await rewrappingNumbers(store, secret.object);
      if (await liesAt(store, secret.object, numbers, text)) break;
      if (await store.create(rewrappingObject(secret.object, nextNumber(numbers)), text)) break;
    }
  }
}

async function liesAt(
  store: ObjectStore,
  object: string,
  numbers: readonly number[],
  text: string,
): Promise<boolean> {
  for (const number of numbers) {
    const body = await store.get(rewrappingObject(object, number));
    if (body && Buffer.from(body).toString("utf8") === text) return true;
  }
  return false;
}
