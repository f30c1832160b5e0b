import { names } from "../../plan/index.js";
import {
  type ChainPoint,
  chainsOf,
  type DatasetCopy,
  type FoundChain,
  type FoundEntry,
  judgeChain,
  knownHeads,
  lastFault,
  livePoints,
  type ObjectStore,
  onlySigns,
  type Reference,
  ringKeys,
  signersAmong,
  type TrustedSigners,
  VaultError,
} from "../../vault/index.js";
import { kindPrefix } from "./layout.js";

/** A point as one copy holds it. */
export interface FoundPoint extends ChainPoint {
  readonly copy: DatasetCopy;
  /** Start of its chain's keys. */
  readonly chain: string;
  readonly epoch: number;
  /** The moment that it holds, ISO 8601 in UTC: nothing that happened later is in it. */
  readonly at: string;
  /** Why it cannot be restored; absent on a good point. */
  readonly problem?: string;
  /** What is wrong with it as it lies there now, whatever an earlier verification said. */
  readonly shown?: string;
}

/** What one copy holds, or why it could not be asked. */
export interface FoundCopy {
  readonly copy: DatasetCopy;
  /** Oldest first. */
  readonly points: readonly FoundPoint[];
  /** Labels of points that were dropped on purpose. */
  readonly dropped: readonly string[];
  /** What is wrong with its chains, for people. */
  readonly faults: readonly string[];
  /** Why it does not answer; everything else is empty then. */
  readonly unreachable?: string;
}

/** Asks every copy, all at once; one that does not answer says so and hides no other. */
export function findPoints(copies: readonly DatasetCopy[], kind: string): Promise<FoundCopy[]> {
  return Promise.all(
    copies.map(async (copy) => {
      try {
        // What a store replicates follows its source, and may be behind.
        const others = copy.replicates ? [] : copies.filter((one) => one !== copy && !one.replicates);
        return { copy, ...(await pointsAt(copy, kind, others)) };
      } catch (error) {
        if (!(error instanceof VaultError)) throw error;
        return { copy, points: [], dropped: [], faults: [], unreachable: error.message };
      }
    }),
  );
}

async function pointsAt(
  copy: DatasetCopy,
  kind: string,
  others: readonly DatasetCopy[],
): Promise<Pick<FoundCopy, "points" | "dropped" | "faults">> {
  const { store, dataset, ring } = copy;
  const faults: string[] = [];
  const keys = new Map<string, string>();
  const spoiled = (object: string, problem: string) => {
    keys.set(object, "");
    faults.push(problem);
  };
  const [sizes, signing, heads, chains] = await Promise.all([
    sizesUnder(store, kindPrefix(dataset, kind)),
    ringKeys(ring, "signing", spoiled),
    knownHeads(copy, others),
    chainsOf(store, dataset),
  ]);
  const trusted = signersAmong(signing, spoiled);
  // A chain of which nothing is left is one that was cut at its beginning.
  for (const epoch of heads.keys())
    if (!chains.some((chain) => chain.epoch === epoch))
      chains.push({ dataset, epoch, prefix: names.manifestPrefix(dataset, epoch), entries: [] });
  const read = chains.map((chain) => readPoints(copy, chain, trusted, heads.get(chain.epoch)));
  faults.push(...read.flatMap((chain) => chain.faults));
  // Of thousands of keys that runs had, those of the points that are left are a few.
  const named = new Set(
    read.flatMap(({ alive }) => alive.flatMap(({ point }) => point.keys ?? [])).map(({ id }) => id),
  );
  const data = await ringKeys(ring, "data", spoiled, (id) => named.has(id));
  for (const { object, sha256 } of [...signing, ...data]) keys.set(object, sha256);
  const points: FoundPoint[] = [];
  for (const { chain, damaged, alive } of read) {
    for (const fault of signingFaults(alive, keys)) if (!faults.includes(fault)) faults.push(fault);
    for (const live of alive) {
      if (live.point.kind !== kind) continue;
      const shown = damaged.get(live.key) ?? problemOf(live, sizes, keys);
      const problem = shown ?? lastFault(live);
      const { finishedAt, source } = live.point;
      const at = typeof source.at === "string" ? source.at : finishedAt;
      points.push({
        ...{ ...live, copy, chain: chain.prefix, epoch: chain.epoch, at },
        ...(shown === undefined ? {} : { shown }),
        ...(problem === undefined ? {} : { problem }),
      });
    }
  }
  return { points, dropped: read.flatMap((chain) => droppedIn(chain, kind)), faults };
}

async function sizesUnder(store: ObjectStore, prefix: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { key, bytes } of store.list(prefix)) sizes.set(key, bytes);
  return sizes;
}

/** A chain's points, and what is wrong with it. */
interface ReadChain {
  readonly chain: FoundChain;
  readonly faults: readonly string[];
  /** What is wrong with entries, by their keys. */
  readonly damaged: ReadonlyMap<string, string>;
  /** Points of every kind that were not dropped. */
  readonly alive: readonly ChainPoint[];
}

function readPoints(
  copy: DatasetCopy,
  chain: FoundChain,
  trusted: TrustedSigners,
  head: Reference | undefined,
): ReadChain {
  const { plan, dataset } = copy;
  const { prefix, epoch, entries } = chain;
  const expected = {
    ...{ prefix, plan, dataset, site: writtenFor(copy, entries), epoch, trusted },
    ...(head ? { head } : {}),
  };
  const { faults, doubts } = judgeChain(entries, expected);
  // What nobody trusted wrote drops, holds and verifies nothing.
  const believed = entries.filter(
    ({ entry }, index) => entry?.entry === "point" || doubts[index]?.length === 0,
  );
  return {
    chain,
    faults: faults.map(({ key, problem }) => `${key}: ${problem}`),
    damaged: new Map(faults.map(({ key, problem }) => [key, problem])),
    alive: livePoints(believed),
  };
}

/** Labels of a chain's points that were dropped on purpose. */
function droppedIn({ chain, alive }: ReadChain, kind: string): string[] {
  const kept = new Set(alive.map(({ point }) => point.sequence));
  return chain.entries.flatMap(({ entry }) =>
    entry?.entry === "point" && entry.kind === kind && !kept.has(entry.sequence) ? [entry.label] : [],
  );
}

/** Site that a chain has to have been written for: a replica's is that of the copy which it replicates. */
function writtenFor({ site, replicates = [] }: DatasetCopy, entries: readonly FoundEntry[]): string {
  const said = entries.find(({ entry }) => entry !== undefined)?.entry?.site;
  return said !== undefined && replicates.includes(said) ? said : site;
}

/** What a listing shows to be wrong: it counts only where every part is there. */
function problemOf(
  { point }: ChainPoint,
  sizes: ReadonlyMap<string, number>,
  keys: ReadonlyMap<string, string>,
): string | undefined {
  for (const { key, bytes } of point.parts) {
    const there = sizes.get(key);
    if (there === undefined) return `${key} is missing`;
    if (there !== bytes) return `${key} has ${there} bytes instead of ${bytes}`;
  }
  for (const { object, sha256 } of (point.keys ?? []).filter((key) => !onlySigns(key))) {
    const there = keys.get(object);
    if (there === undefined) return `its key ${object} is missing`;
    if (there !== sha256) return `its key ${object} is another than the one it was sealed with`;
  }
  return undefined;
}

/** Signing keys that are not as they were when points were signed with them. No point is lost with one. */
function signingFaults(points: readonly ChainPoint[], keys: ReadonlyMap<string, string>): string[] {
  const named = points.flatMap(({ point }) => (point.keys ?? []).filter(onlySigns));
  return named.flatMap(({ object, sha256 }) => {
    const there = keys.get(object);
    if (there === undefined) return [`${object} is missing: points were signed with it`];
    // What is no key at all was told already.
    return there === "" || there === sha256
      ? []
      : [`${object} is not as it was when points were signed with it: the checksum differs`];
  });
}
