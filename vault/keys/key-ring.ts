import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import pLimit from "p-limit";

import { VaultError } from "../errors.js";
import { type ObjectStore, readsAtOnce } from "../object-store.js";
import {
  formatKeyDocument,
  type KeyDocument,
  parseKeyDocument,
  SpoiledKey,
  wrapSecret,
} from "./key-document.js";
import { nextNumber } from "./next-number.js";
import { contextWords, type KeyContext, type KeyProvider } from "./provider.js";

/** What a dataset's keys are for: sealing what is written, or signing manifests. */
export type KeyPurpose = "data" | "signing";

/** Whose keys, where, and who opens them. */
export interface KeyRing {
  readonly store: ObjectStore;
  readonly plan: string;
  readonly dataset: string;
  /** Keys at hand: each can open what was wrapped for it. */
  readonly keys: readonly KeyProvider[];
}

/** A key as found or made. */
export interface RingKey {
  /** `data-000002`; stands in what it sealed or signed. */
  readonly id: string;
  /** Object that holds it, wrapped. */
  readonly object: string;
  /** SHA-256 of that object: a manifest that names it notices when it is replaced. */
  readonly sha256: string;
  readonly document: KeyDocument;
}

/** A key as a manifest names it: what seals, or only signed, what the manifest is about. */
export type NamedKey = Pick<RingKey, "id" | "object" | "sha256">;

/** What of a key goes into a manifest. */
export const namedKey = ({ id, object, sha256 }: NamedKey): NamedKey => ({ id, object, sha256 });

/** Whether a key only signs: without it nothing can be added, and all that lies there still opens. */
export const onlySigns = ({ id }: Pick<NamedKey, "id">): boolean => id.startsWith("signing-");

const idOf = (purpose: KeyPurpose, number: number) => `${purpose}-${String(number).padStart(6, "0")}`;

const folderOf = ({ dataset }: KeyRing, purpose: KeyPurpose) => `keys/${dataset}/${purpose}-`;

/** Object of a key. */
export const keyObject = (dataset: string, id: string): string => `keys/${dataset}/${id}.json`;

/** What the wrappings of a key are bound to. */
export const contextOf = ({ plan, dataset }: KeyRing, id: string): KeyContext => ({ plan, dataset, key: id });

/** Ids of a purpose's keys, oldest first, whatever lies there under them. */
export async function keyIds(ring: KeyRing, purpose: KeyPurpose): Promise<string[]> {
  const ids: string[] = [];
  for await (const { key: object } of ring.store.list(folderOf(ring, purpose))) {
    const id = /\/([a-z]+-\d{6})\.json$/.exec(object)?.[1];
    if (id) ids.push(id);
  }
  return ids;
}

/**
 * Keys of a purpose that a dataset has had, oldest first; all of them still open what they sealed. Whoever only writes makes one
 * a run, so there may be thousands.
 *
 * @param spoiled is told of an object that is no key; then the others are still handed out, for one bad object must not
 *   take along what other keys sealed
 * @param wanted which ones, by their ids; the newest, which the next run may write with, comes in any case. @default all
 * @throws VaultError for an object that is no key, where nobody is told
 */
export async function ringKeys(
  ring: KeyRing,
  purpose: KeyPurpose,
  spoiled?: (object: string, problem: string) => void,
  wanted: (id: string) => boolean = () => true,
): Promise<RingKey[]> {
  const ids = (await keyIds(ring, purpose)).filter((id, at, { length }) => at === length - 1 || wanted(id));
  const read = await pLimit(readsAtOnce).map(ids, (id) =>
    ringKey(ring, id).catch((error: unknown) => {
      if (!spoiled || !(error instanceof SpoiledKey)) throw error;
      return { object: keyObject(ring.dataset, id), problem: error.message };
    }),
  );
  return read.flatMap((one) => {
    if (!("problem" in one)) return [one];
    spoiled?.(one.object, one.problem);
    return [];
  });
}

/** The newest key of a purpose; undefined where there is none. @throws VaultError when the object is no key */
export async function newestKey(ring: KeyRing, purpose: KeyPurpose): Promise<RingKey | undefined> {
  const id = (await keyIds(ring, purpose)).at(-1);
  return id === undefined ? undefined : ringKey(ring, id);
}

/** A purpose's key of a number; undefined where there is none, or the object is none. */
export async function numberedKey(
  ring: KeyRing,
  purpose: KeyPurpose,
  number: number,
): Promise<RingKey | undefined> {
  try {
    return await ringKey(ring, idOf(purpose, number));
  } catch (error) {
    if (error instanceof SpoiledKey || error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

/** No object lies where a key is looked for. */
class NoSuchKey extends VaultError {}

/** One key by its id. @throws VaultError when there is none; SpoiledKey when what lies there is none, or another's */
export async function ringKey(ring: KeyRing, id: string): Promise<RingKey> {
  const object = keyObject(ring.dataset, id);
  const body = await ring.store.get(object);
  if (!body) throw new NoSuchKey(`there is no key ${object} at ${ring.store.label}`);
  const label = `${object} at ${ring.store.label}`;
  const document = parseKeyDocument(Buffer.from(body).toString("utf8"), label);
  // Nothing that it is wrapped for would open it under this name: whoever copied it must not stop the next backup.
  if (!isDeepStrictEqual(document.context, contextOf(ring, id)))
    throw new SpoiledKey(`${label} is another's key: ${contextWords(document.context)}`);
  return { id, object, sha256: createHash("sha256").update(body).digest("hex"), document };
}

/**
 * Makes the next key of a purpose; from now on it is the one that is used. Older ones stay for what they sealed.
 *
 * @param recipients everybody who shall be able to open it: the category's key, and the recovery key's holders
 */
export async function rotateKey(
  ring: KeyRing,
  purpose: KeyPurpose,
  recipients: readonly KeyProvider[],
  now: Date,
): Promise<RingKey> {
  const { key, secret } = await makeKey(ring, purpose, recipients, now);
  secret.fill(0);
  return key;
}

/**
 * Makes the next key and hands out its secret, for whoever can wrap but not open: who only writes needs no key at hand.
 *
 * @param after the number it comes after at the least. @default 0
 */
export async function makeKey(
  ring: KeyRing,
  purpose: KeyPurpose,
  recipients: readonly KeyProvider[],
  now: Date,
  after = 0,
): Promise<{ readonly key: RingKey; readonly secret: Buffer }> {
  for (;;) {
    const number = nextNumber([...(await keyIds(ring, purpose)).map(numberOf), after]);
    const id = idOf(purpose, number);
    const { secret, publicKey } =
      purpose === "data" ? { secret: randomBytes(32), publicKey: undefined } : signingPair();
    const document = await wrapSecret(secret, contextOf(ring, id), recipients, now, publicKey);
    // Of two who rotate at once one wins; the other makes the next number.
    if (await ring.store.create(keyObject(ring.dataset, id), formatKeyDocument(document)))
      return { key: await ringKey(ring, id), secret };
    secret.fill(0);
  }
}

/** A key's place among those of its purpose, from 1; 0 where there is none. */
export const numberOf = (id: string | undefined): number => Number(id?.slice(-6) ?? 0);

/** The newest key of a purpose; the first is made when there is none. */
export async function currentKey(
  ring: KeyRing,
  purpose: KeyPurpose,
  recipients: readonly KeyProvider[],
  now: Date,
): Promise<RingKey> {
  return (await newestKey(ring, purpose)) ?? rotateKey(ring, purpose, recipients, now);
}

function signingPair() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    secret: privateKey.export({ format: "der", type: "pkcs8" }),
    publicKey: publicKey.export({ format: "der", type: "spki" }).toString("base64"),
  };
}
