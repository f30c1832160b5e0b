import { names } from "../../plan/index.js";
import { VaultError } from "../errors.js";
import type { KeyRing } from "../keys/key-ring.js";
import { type Trust, trustIn } from "../keys/signers.js";
import { digest, manifestKey } from "../manifest.js";
import type { ObjectStore } from "../object-store.js";
import { exactText } from "../sequence/canonical.js";
import { parseEntry, type Reference, signedText } from "./entry.js";
import { signatureFault } from "./signer.js";

/**
 * The newest entry of each chain, as it stands, lies at the other copies too: whoever cuts a chain at its end does not get it
 * past them. It is signed like any entry.
 */

/** A copy whose chains have heads, or that keeps those of others. */
export interface HeadCopy {
  readonly plan: string;
  readonly dataset: string;
  readonly site: string;
  readonly store: ObjectStore;
  readonly ring: KeyRing;
}

/** Start of the keys of the heads of one copy's chains. */
const headsOf = (dataset: string, site: string): string => `${names.headsPrefix(dataset)}${site}/`;

/**
 * Keeps the heads of every copy's chains at every other copy. What is there is never replaced.
 *
 * @returns what did not go well, each a sentence: nothing else depends on it
 */
export async function keepHeads(copies: readonly HeadCopy[]): Promise<string[]> {
  const problems: string[] = [];
  for (const copy of copies) {
    const others = copies.filter((other) => other !== copy);
    try {
      const known = await knownHeads(copy, others);
      for (const newest of await newestEntries(copy)) {
        const head = known.get(newest.epoch);
        // What goes on where a chain was cut is no end of it.
        if (head && !(await has(copy, newest.epoch, head)))
          problems.push(`the chain of ${copy.store.label} was cut before its entry number ${head.sequence}`);
        else await laid(copy, newest, others);
      }
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      problems.push(`the end of the chains of "${copy.site}" is not kept everywhere: ${error.message}`);
    }
  }
  return problems;
}

async function has({ store, dataset }: HeadCopy, epoch: number, head: Reference): Promise<boolean> {
  const body = await store.get(manifestKey(names.manifestPrefix(dataset, epoch), head.sequence));
  return body !== undefined && digest(body) === head.sha256;
}

async function laid({ dataset, site }: HeadCopy, newest: Newest, others: readonly HeadCopy[]): Promise<void> {
  const folder = `${headsOf(dataset, site)}${names.epochLabel(newest.epoch)}/`;
  for (const { store } of others) await store.create(`${folder}${newest.key.split("/").at(-1)}`, newest.body);
}

/** The newest entry of a chain. */
interface Newest {
  readonly epoch: number;
  readonly key: string;
  readonly body: Uint8Array;
}

async function newestEntries({ store, dataset }: HeadCopy): Promise<Newest[]> {
  const found: Newest[] = [];
  for (const label of await store.folders(names.chainsPrefix(dataset))) {
    const epoch = names.epochOf(label);
    if (epoch === undefined) continue;
    let key: string | undefined;
    for await (const object of store.list(names.manifestPrefix(dataset, epoch))) key = object.key;
    const body = key === undefined ? undefined : await store.get(key);
    if (key !== undefined && body) found.push({ epoch, key, body });
  }
  return found;
}

/**
 * The newest entry of each of a copy's chains that other copies know of, by epoch. One that does not answer knows of none.
 */
export async function knownHeads(
  copy: HeadCopy,
  others: readonly HeadCopy[],
): Promise<Map<number, Reference>> {
  const known = new Map<number, Reference>();
  const own = trustIn(copy.ring);
  for (const other of others)
    try {
      const newest = new Map<number, string>();
      const prefix = headsOf(copy.dataset, copy.site);
      for await (const { key } of other.store.list(prefix)) {
        const epoch = names.epochOf(key.slice(prefix.length).split("/")[0] ?? "");
        if (epoch !== undefined) newest.set(epoch, key);
      }
      if (newest.size === 0) continue;
      const trusts = [own, trustIn(other.ring)];
      for (const [epoch, key] of newest) {
        const { plan, dataset, site } = copy;
        const head = await believed(await other.store.get(key), { plan, dataset, site, epoch }, key, trusts);
        const before = known.get(epoch);
        if (head && (!before || before.sequence < head.sequence)) known.set(epoch, head);
      }
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
    }
  return known;
}

/**
 * What a head refers to, unless it belongs to another chain, or its signature does not fit. One whose signer is at neither copy
 * counts: a key that only one run had goes with the end of the chain that it signed, and a false alarm is better than none.
 */
async function believed(
  body: Uint8Array | undefined,
  { plan, dataset, site, epoch }: { plan: string; dataset: string; site: string; epoch: number },
  key: string,
  trusts: readonly Trust[],
): Promise<Reference | undefined> {
  if (!body) return undefined;
  try {
    const text = exactText(body, key);
    const entry = parseEntry(text, key);
    const own =
      entry.plan === plan && entry.dataset === dataset && entry.site === site && entry.epoch === epoch;
    const place = manifestKey("", entry.sequence) === key.split("/").at(-1);
    if (!own || !place) return undefined;
    const { signer } = entry.signature;
    for (const trust of trusts) {
      const known = await trust(entry.signature);
      if (known && signatureFault(entry, signedText(text), new Map([[signer, known]])) !== undefined)
        return undefined;
    }
    return { sequence: entry.sequence, sha256: digest(body) };
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return undefined;
  }
}
