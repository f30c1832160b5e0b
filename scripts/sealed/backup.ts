import { EngineError } from "../../engines/errors.js";
import type { SealedPoint } from "../../engines/sealed/capture.js";
import { stagingFolder } from "../../engines/staging.js";
import type { Plan } from "../../plan/index.js";
import { capturing } from "./by-engine.js";
import { endsKept } from "./heads.js";
import { epochOf, sealedJob, writtenFrom } from "./job.js";
import type { JobOptions } from "./job-options.js";
import { asOnlyRun, leaseOf } from "./only-run.js";

/** How a point is made now. */
export interface BackupOptions extends Omit<JobOptions, "site"> {
  /** Site that makes it. @default the dataset's own */
  readonly takenAt?: string | undefined;
  /** Label of the point that is about to be restored over the source: this one is a safety backup. @default none */
  readonly before?: string | undefined;
  /** Folder for temporary files. */
  readonly staging?: string | undefined;
  readonly say: (line: string) => void;
}

/**
 * Captures a dataset into every direct copy at once, as the only run that does.
 *
 * @throws JobLeaseHeld (exit code 4) while another run has it; EngineError or VaultError when no copy has the point
 */
export async function backupSealed(
  plan: Plan,
  dataset: string,
  options: BackupOptions,
): Promise<SealedPoint> {
  const job = await sealedJob(plan, dataset, options);
  const { spec, kind, recipients } = job;
  const takenAt = options.takenAt ?? spec.at;
  const direct = options.folder === undefined ? writtenFrom(job, takenAt) : job.direct;
  if (recipients.length === 0)
    throw new EngineError(
      `nobody could open a backup of "${dataset}": the plan names no key for category "${spec.category}"`,
      2,
      "add recipients to keys.recovery, or use keys.provider kms with a site at AWS",
    );
  if (direct.length === 0)
    throw new EngineError(`"${kind}" of "${dataset}" has no direct copy that "${takenAt}" writes to`, 2);
  const capture = await capturing(plan, job);
  const staging = await stagingFolder(options.staging);
  const epoch = await epochOf(job, takenAt);
  return asOnlyRun(direct, leaseOf(dataset, kind), options.say, async (signal) => {
    const point = await capture(
      { kind, epoch, recipients, before: options.before, takenAt, copies: direct },
      { staging, signal, say: options.say },
    );
    await endsKept(direct, options.say);
    return point;
  });
}
