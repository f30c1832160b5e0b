import { type KeptDataset, names, type Plan } from "../../plan/index.js";
import { ageRecipient } from "../keys/age.js";
import type { KeyRing } from "../keys/key-ring.js";
import { kmsProvider } from "../keys/kms.js";
import type { KeyProvider } from "../keys/provider.js";
import { storeAsOf } from "../store/clean-view.js";
import type { Store } from "../store/store.js";
import { type Access, cloudOf } from "./access.js";
import { copyStore } from "./copy-store.js";

/** One copy of a dataset's recovery points. */
export interface DatasetCopy {
  readonly plan: string;
  readonly dataset: string;
  /** Site that it is at. */
  readonly site: string;
  readonly store: Store;
  /** Sites one of whose copies its store replicates, chain and all. @default none: it is written to by itself */
  readonly replicates?: readonly string[];
  /** Its keys, with what at hand opens them. */
  readonly ring: KeyRing;
}

/** A dataset's copy at a site. @throws BadPlace when nobody says where that is */
export function copyAt(plan: Plan, dataset: string, site: string, access: Access = {}): DatasetCopy {
  const { category } = datasetOf(plan, dataset);
  const present = copyStore(plan, site, category, access);
  const store = access.asOf ? storeAsOf(present, access.asOf) : present;
  const service = keyService(plan, category, site);
  const keys = [...(access.identities ?? []), ...(service ? [service] : [])];
  return { plan: plan.name, dataset, site, store, ring: { store, plan: plan.name, dataset, keys } };
}

/**
 * Everybody for whom a dataset's keys are wrapped: its category's key, at each site that has its own, and the holders
 * of the recovery key.
 */
export function recipientsOf(plan: Plan, dataset: string, sites: readonly string[]): KeyProvider[] {
  const { category } = datasetOf(plan, dataset);
  const { recovery, categories } = plan.keys;
  const recipient = categories[category]?.recipient;
  const service = sites.flatMap((site) => keyService(plan, category, site) ?? []).slice(0, 1);
  return [
    // One for all sites: a multi-region key has one name, and each region opens what another wrapped.
    ...service,
    ...(recipient === undefined ? [] : [ageRecipient(recipient)]),
    ...(recovery?.recipients ?? []).map(ageRecipient),
  ];
}

/** The category's key where the cloud keeps it; undefined where keys are age's, and where there is no cloud. */
function keyService(plan: Plan, category: string, site: string): KeyProvider | undefined {
  const { provider, categories } = plan.keys;
  const cloud = cloudOf(plan, site);
  if ((categories[category]?.provider ?? provider) !== "kms" || !cloud) return undefined;
  if (cloud.kind === "object-store" && cloud.provider !== "aws") return undefined;
  return kmsProvider({ alias: names.keyAlias(plan, category), region: cloud.region });
}

function datasetOf(plan: Plan, name: string): KeptDataset {
  const found = plan.datasets[name];
  if (!found || found.kind === "rebuildable")
    throw new RangeError(`plan "${plan.name}" has no dataset with backups called "${name}"`);
  return found;
}
