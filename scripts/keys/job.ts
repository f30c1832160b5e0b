import { EngineError } from "../../engines/errors.js";
import { directSites, keptDatasets, type Plan, seconds } from "../../plan/index.js";
import {
  copyAt,
  type DatasetCopy,
  type KeyProvider,
  keyIds,
  recipientsOf,
  VaultError,
} from "../../vault/index.js";
import { accessOf } from "../sealed/job.js";
import type { JobOptions } from "../sealed/job-options.js";
import { sealedNames } from "../sealed/kept.js";

/** What commands about keys are given beside a plan. */
export interface KeyOptions extends Pick<JobOptions, "store" | "identity"> {
  /** Only this dataset. @default all */
  readonly dataset?: string | undefined;
}

/** A dataset's keys, as a command finds them. */
export interface KeyedDataset {
  readonly dataset: string;
  /** Copies that answer, the dataset's own site last: a tool takes its keys from there. */
  readonly copies: readonly DatasetCopy[];
  /** Copies that do not answer, and why. */
  readonly silent: readonly { readonly site: string; readonly why: string }[];
  /** Everybody who shall be able to open them. */
  readonly recipients: readonly KeyProvider[];
  /** Seconds after which a key is to be followed by the next one. */
  readonly rotation: number;
}

/**
 * The datasets whose keys a command is about, in the plan's order.
 *
 * @throws EngineError (2) that says what there is
 */
export async function keyedDatasets(plan: Plan, options: KeyOptions): Promise<KeyedDataset[]> {
  const names = new Set(sealedNames(plan));
  const all = keptDatasets(plan).filter(([name]) => names.has(name));
  const wanted = all.filter(([name]) => options.dataset === undefined || name === options.dataset);
  if (wanted.length === 0)
    throw new EngineError(
      options.dataset === undefined
        ? `plan "${plan.name}" has no dataset whose recovery points have keys`
        : `plan "${plan.name}" has no dataset with keys called "${options.dataset}"`,
      2,
      `it has ${all.map(([name]) => name).join(", ") || "none"}`,
    );
  const access = await accessOf(plan, options);
  return Promise.all(
    wanted.map(async ([dataset, spec]) => {
      const sites = directSites(spec);
      const ordered = [
        ...sites.filter((site) => site !== spec.at),
        ...sites.filter((site) => site === spec.at),
      ];
      const asked = await Promise.all(ordered.map((site) => answering(copyAt(plan, dataset, site, access))));
      return {
        dataset,
        copies: asked.flatMap(({ copy, why }) => (why === undefined ? [copy] : [])),
        silent: asked.flatMap(({ copy, why }) => (why === undefined ? [] : [{ site: copy.site, why }])),
        recipients: recipientsOf(plan, dataset, sites),
        rotation: seconds(plan.keys.categories[spec.category]?.rotation ?? plan.keys.rotation),
      };
    }),
  );
}

/**
 * The same, where keys are to be written: somebody has to answer.
 *
 * @throws EngineError (3) when no copy of a dataset does
 */
export async function writableDatasets(plan: Plan, options: KeyOptions): Promise<KeyedDataset[]> {
  const all = await keyedDatasets(plan, options);
  for (const { dataset, copies, silent } of all) requireAnswers(dataset, copies.length > 0, silent);
  return all;
}

/** @throws EngineError (3) where no copy answers, with what each said */
export function requireAnswers(dataset: string, some: boolean, silent: KeyedDataset["silent"]): void {
  if (some) return;
  const said = silent.map(({ site, why }) => `${site}: ${why}`).join("; ");
  throw new EngineError(`no copy of "${dataset}" answers: ${said}`, 3);
}

async function answering(copy: DatasetCopy): Promise<{ copy: DatasetCopy; why?: string }> {
  try {
    await keyIds(copy.ring, "data");
    return { copy };
  } catch (error) {
    if (!(error instanceof VaultError) || error.exitCode !== 3) throw error;
    return { copy, why: error.message };
  }
}
