import { names } from "../../plan/index.js";
import type { ObjectStore } from "../object-store.js";
import { type FoundEntry, readChain } from "./chain.js";

/** One chain of a copy: a dataset's entries of one epoch. */
export interface FoundChain {
  readonly dataset: string;
  readonly epoch: number;
  /** Start of its entries' keys. */
  readonly prefix: string;
  readonly entries: readonly FoundEntry[];
}

/** Where manifests lie in every copy. */
const root = "manifests/";

/**
 * Everything that one copy holds, by listing it and nothing else: no plan, no database, no other copy.
 *
 * @param store a copy, or a clean view of one
 */
export async function catalogueOf(store: ObjectStore): Promise<FoundChain[]> {
  const chains: FoundChain[] = [];
  for (const dataset of await store.folders(root)) chains.push(...(await chainsOf(store, dataset)));
  return chains;
}

/** The chains of one dataset, by epoch. */
export async function chainsOf(store: ObjectStore, dataset: string): Promise<FoundChain[]> {
  const chains: FoundChain[] = [];
  for (const label of await store.folders(`${root}${dataset}/`)) {
    const epoch = names.epochOf(label);
    if (epoch === undefined) continue;
    const prefix = `${root}${dataset}/${label}/`;
    chains.push({ dataset, epoch, prefix, entries: await readChain(store, prefix) });
  }
  return chains;
}
