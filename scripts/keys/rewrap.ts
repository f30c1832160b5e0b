import type { Plan } from "../../plan/index.js";
import { lackingAt, layRewrapped, type Rewrapped, rewrapped } from "../../vault/index.js";
import { type KeyOptions, requireAnswers, writableDatasets } from "./job.js";

/** Whether keys are wrapped anew, or only looked at. */
export interface RewrapOptions extends KeyOptions {
  readonly yes: boolean;
}

/** What became of a dataset's older keys. */
export interface RewrappedDataset {
  readonly dataset: string;
  readonly silent: readonly { readonly site: string; readonly why: string }[];
  /** Keys that somebody named in the plan cannot open. */
  readonly lacking: readonly {
    readonly id: string;
    readonly sites: readonly string[];
    readonly for: readonly string[];
  }[];
  /** Objects that are no keys, each a sentence. */
  readonly problems: readonly string[];
  readonly done: boolean;
}

/**
 * Wraps older keys anew for everybody whom the plan names by now. Everything is opened and wrapped before anything is written.
 *
 * @throws VaultError that names the key, when one is wrong or disabled, or nothing at hand opens what is to be wrapped;
 *   EngineError (3) when no copy of a dataset answers
 */
export async function rewrapKeys(plan: Plan, options: RewrapOptions): Promise<RewrappedDataset[]> {
  const results: RewrappedDataset[] = [];
  const ready: Rewrapped[] = [];
  for (const { dataset, copies, silent, recipients } of await writableDatasets(plan, options)) {
    const problems: string[] = [];
    const unread = [...silent];
    const lacking = await lackingAt(
      copies,
      recipients,
      (_, problem) => problems.push(problem),
      ({ site }, why) => unread.push({ site, why }),
    );
    requireAnswers(dataset, unread.length - silent.length < copies.length, unread);
    if (options.yes) ready.push(...(await rewrapped(lacking, recipients, new Date())));
    results.push({
      ...{ dataset, silent: unread, problems, done: options.yes },
      lacking: lacking.map(({ secret, copies: at, keys }) => ({
        id: secret.id,
        sites: at.map(({ site }) => site),
        for: keys,
      })),
    });
  }
  for (const one of ready) await layRewrapped(one);
  return results;
}
