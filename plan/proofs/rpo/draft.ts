import type { Backup, KeptDataset, Plan, Site } from "../../schema/index.js";
import type { PatchStep } from "../finding.js";

/** A change that is considered: a dataset's backups as they would be, and sites that are new or changed. */
export interface Draft {
  readonly backups: readonly Backup[];
  readonly sites: Readonly<Record<string, Site>>;
  /** What it does, for people. */
  readonly sentence: string;
  /** The smaller, the more it is preferred among those that do. */
  readonly effort: number;
}

/** The sites and the dataset with a draft carried out; the plan's other datasets are not looked at. */
export function carriedOut(plan: Plan, dataset: KeptDataset, { backups, sites }: Draft) {
  const grown = Object.keys(sites).length > 0 ? { ...plan, sites: { ...plan.sites, ...sites } } : plan;
  return { plan: grown, dataset: { ...dataset, backups: [...backups] } as KeptDataset };
}

/** A draft as steps on the plan's JSON: sites first, because backups name them. */
export function stepsOf(plan: Plan, name: string, dataset: KeptDataset, draft: Draft): PatchStep[] {
  const sites = Object.entries(draft.sites).flatMap(([site, value]): PatchStep[] => {
    const known = plan.sites[site];
    return known ? changes(known, value, `/sites/${site}`) : [{ op: "add", path: `/sites/${site}`, value }];
  });
  const backups = draft.backups.flatMap((backup, index): PatchStep[] => {
    const path = `/datasets/${name}/backups/${index}`;
    const known = dataset.backups[index];
    return known ? changes(known, backup, path) : [{ op: "add", path, value: backup }];
  });
  return [...sites, ...backups];
}

/** Fields that differ; one that holds an object is replaced field by field as long as it is of the same kind. */
function changes(before: object, after: object, path: string): PatchStep[] {
  return Object.entries(after).flatMap(([field, value]): PatchStep[] => {
    const known: unknown = (before as Record<string, unknown>)[field];
    if (JSON.stringify(known) === JSON.stringify(value)) return [];
    const at = `${path}/${field}`;
    if (isRecord(known) && isRecord(value) && known.kind === value.kind) return changes(known, value, at);
    return [{ op: known === undefined ? "add" : "replace", path: at, value }];
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
