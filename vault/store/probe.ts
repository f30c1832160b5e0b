import { VaultError } from "../errors.js";
import { type Capability, capabilities } from "./capabilities.js";
import type { Store } from "./store.js";

/** One capability of a store, as declared and as found. */
export interface ProbedCapability {
  readonly capability: Capability;
  readonly declared: boolean;
  readonly found: boolean;
}

/** Finds out by doing what a store can do, beside what its configuration says. */
export async function probe(store: Store): Promise<ProbedCapability[]> {
  const found = await store.probe();
  return capabilities.map((capability) => ({
    capability,
    declared: store.declared[capability],
    found: found[capability],
  }));
}

/** @throws VaultError that names each capability which is declared and not there. */
export async function confirmCapabilities(store: Store): Promise<ProbedCapability[]> {
  const table = await probe(store);
  const missing = table.filter(({ declared, found }) => declared && !found);
  if (missing.length > 0)
    throw new VaultError(
      `${store.label} is said to have ${missing.map(({ capability }) => `"${capability}"`).join(", ")} and has not`,
      "set it up there (versioning and Object Lock are the bucket's), or do not declare it",
    );
  return table;
}
