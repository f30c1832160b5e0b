import { names } from "../../plan/index.js";
import {
  currentKey,
  digest,
  type KeyProvider,
  type KeyPurpose,
  type NamedKey,
  namedKey,
  newestKey,
  newPassphrase,
  type ObjectStore,
  type RingKey,
  recipientsOf,
} from "../../vault/index.js";
import { EngineError } from "../errors.js";
import { type Placement, ringAt, storeAt } from "./placement.js";

/** What a dataset's ring has beside the repositories' passphrase. */
const purposes: readonly KeyPurpose[] = ["signing", "data"];

/** Makes the keys of a dataset that are missing, and lays the same ones at every direct copy; see {@link layKeys}. */
export async function keepKeys(placement: Placement, say: (line: string) => void): Promise<void> {
  const { plan, dataset, site, spec, direct } = placement;
  const stores = direct.map((at) => storeAt(placement, at));
  const recipients = recipientsOf(plan, dataset, direct);
  const home = site === spec.at ? undefined : spec.at;
  await layKeys({ plan: plan.name, dataset, stores, recipients, ...(home ? { home } : {}) }, say);
}

/** Whose keys lie where. */
export interface LaidKeys {
  /** Name of the plan. */
  readonly plan: string;
  readonly dataset: string;
  /** Copies, the site's own first. */
  readonly stores: readonly ObjectStore[];
  readonly recipients: readonly KeyProvider[];
  /** The dataset's home site, where that is another. @default this is its home */
  readonly home?: string;
}

/**
 * Makes what is missing of a dataset's keys and lays the same ones at every copy. What is there stays.
 *
 * Only the dataset's home makes a first passphrase: elsewhere a missing one means that the repositories' own is lost.
 * Signing and data keys are made wherever there are none: nothing was signed or sealed with them yet.
 *
 * @throws EngineError (3) when there is no passphrase and this is not the dataset's home
 */
export async function layKeys(laid: LaidKeys, say: (line: string) => void): Promise<void> {
  if (laid.stores.length === 0) return;
  await layPassphrase(laid, say);
  await layRing(laid, say);
}

/** The same for a dataset whose points are all sealed by ourselves: there is no repository, and no passphrase of one. */
export async function layRing(laid: Omit<LaidKeys, "home">, say: (line: string) => void): Promise<void> {
  const { plan, dataset, stores, recipients } = laid;
  const [own] = stores;
  if (!own) return;
  await spread(laid, say);
  for (const purpose of purposes) {
    const ring = { store: own, plan, dataset, keys: [] };
    const { id } = await currentKey(ring, purpose, recipients, new Date());
    say(`the ${purpose} key at ${own.label} is ${id}`);
  }
  await spread(laid, say);
}

/**
 * Makes the repositories' passphrase where there is none, and lays the same one at every copy.
 *
 * @returns it when it was made just now: who only wraps cannot open it again
 * @throws EngineError (3) when there is none and this is not the dataset's home
 */
export async function layPassphrase(
  laid: LaidKeys,
  say: (line: string) => void,
): Promise<string | undefined> {
  const { plan, dataset, stores, recipients, home } = laid;
  const [own] = stores;
  if (!own) return undefined;
  await spread(laid, say);
  const object = names.passphraseKey(dataset);
  if (await own.get(object)) return undefined;
  if (home !== undefined)
    throw new EngineError(
      `"${dataset}" has no passphrase at ${own.label}`,
      3,
      `bring up its home site "${home}" first`,
    );
  const { secret, wrapped } = await newPassphrase(recipients, { plan, dataset }, new Date());
  const made = await own.create(object, wrapped);
  if (made) say(`wrapped a passphrase into ${own.label}`);
  await spread(laid, say);
  return made ? secret : undefined;
}

/** Lays what any copy has at all others. What is there is never replaced: a copy was sealed with its own. */
async function spread(
  { dataset, stores }: Pick<LaidKeys, "dataset" | "stores">,
  say: (line: string) => void,
): Promise<void> {
  const objects = new Map<string, Uint8Array>();
  for (const store of stores)
    for await (const { key } of store.list(names.keyPrefix(dataset))) {
      const body = objects.has(key) ? undefined : await store.get(key);
      if (body) objects.set(key, body);
    }
  for (const [key, body] of objects)
    for (const store of stores) if (await store.create(key, body)) say(`copied ${key} to ${store.label}`);
}

/** The key that signs at present, as the site's own copy holds it. @throws EngineError (3) when there is none */
export async function signingKeyOf(placement: Placement): Promise<RingKey> {
  const ring = ringAt(placement, placement.site);
  const newest = await newestKey(ring, "signing");
  if (newest) return newest;
  throw new EngineError(
    `"${placement.dataset}" has no signing key at ${ring.store.label}`,
    3,
    "its secrets Job makes it: deploy the site again",
  );
}

/** What the secrets Job of a site sees to. */
const laidBySecretsJob = "deploy the site again: its secrets Job lays the keys at every copy";

/**
 * The keys of a point at a copy: what opens it, and what signed it. They have to lie there as they do at the site that
 * captures.
 *
 * @throws EngineError (3) when one is missing or another: nobody could open, or check, what is written there
 */
export async function keysAt(placement: Placement, site: string, signing: RingKey): Promise<NamedKey[]> {
  const copies = [placement.site, site].map((at) => ({ site: at, store: storeAt(placement, at) }));
  await sameEverywhere(copies, site, signing.object, laidBySecretsJob);
  return [await passphraseAt(placement.dataset, copies, site, laidBySecretsJob), namedKey(signing)];
}

/** A copy, as far as its keys are concerned. */
export interface KeyCopy {
  readonly site: string;
  readonly store: Pick<ObjectStore, "get">;
}

/**
 * The repositories' passphrase as it lies at a copy, the same as at the others that answer.
 *
 * @param hint what lays it there
 * @throws EngineError (3) when it is missing or another: nobody could open what is written there
 */
export async function passphraseAt(
  dataset: string,
  copies: readonly KeyCopy[],
  site: string,
  hint: string,
): Promise<NamedKey> {
  const object = names.passphraseKey(dataset);
  return { id: "passphrase", object, sha256: await sameEverywhere(copies, site, object, hint) };
}

/** SHA-256 of an object that has to be the same at every copy. */
async function sameEverywhere(
  copies: readonly KeyCopy[],
  site: string,
  object: string,
  hint: string,
): Promise<string> {
  const here = await copies.find((copy) => copy.site === site)?.store.get(object);
  if (!here)
    throw new EngineError(
      `${object} is missing at "${site}": nobody could open, or check, what is written there`,
      3,
      hint,
    );
  for (const { site: at, store } of copies) {
    // A copy that does not answer keeps no other from its point.
    const there = await store.get(object).catch(() => undefined);
    if (there && digest(there) !== digest(here))
      throw new EngineError(`${object} at "${site}" is another than at "${at}"`, 3, hint);
  }
  return digest(here);
}
