import type { Plan } from "../../plan/index.js";
import { type KeyPurpose, proveRecipients, type RotatedKey, rotateAt } from "../../vault/index.js";
import { type KeyOptions, writableDatasets } from "./job.js";

/** Which keys are followed by the next ones. */
export interface RotateOptions extends KeyOptions {
  /** Only keys of this purpose. @default both */
  readonly purpose?: KeyPurpose | undefined;
  /** Act; otherwise it is only said what would be made, and whether every key that wraps can be had. */
  readonly yes: boolean;
}

/** What became of a dataset's keys. */
export interface RotatedDataset {
  readonly dataset: string;
  /** Sites whose copies answer. */
  readonly sites: readonly string[];
  readonly silent: readonly { readonly site: string; readonly why: string }[];
  /** Keys for which the next are, or would be, wrapped. */
  readonly recipients: readonly string[];
  readonly purposes: readonly KeyPurpose[];
  /** Absent while it is only looked at. */
  readonly made?: readonly RotatedKey[];
}

/**
 * Makes the next data and signing keys, the same at every copy. All keys that wrap are tried before anything is written, those
 * of every dataset.
 *
 * @throws EngineError (3) when no copy of a dataset answers; VaultError that names the key that is wrong or disabled
 */
export async function rotateKeys(plan: Plan, options: RotateOptions): Promise<RotatedDataset[]> {
  const purposes: readonly KeyPurpose[] = options.purpose ? [options.purpose] : ["data", "signing"];
  const all = await writableDatasets(plan, options);
  for (const { copies, recipients } of all) await proveRecipients(copies, purposes, recipients);
  const results: RotatedDataset[] = [];
  for (const { dataset, copies, silent, recipients } of all) {
    const made: RotatedKey[] = [];
    for (const purpose of options.yes ? purposes : [])
      made.push(await rotateAt(copies, purpose, recipients, new Date()));
    results.push({
      ...{ dataset, silent, purposes },
      sites: copies.map(({ site }) => site),
      recipients: recipients.map(({ key }) => key),
      ...(options.yes ? { made } : {}),
    });
  }
  return results;
}
