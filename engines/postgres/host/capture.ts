import { readFile } from "node:fs/promises";

import { names, type PhysicalBackup } from "../../../plan/index.js";
import { namedKey, signingKeys } from "../../../vault/index.js";
import type { DatabaseAddress } from "../../comparison/index.js";
import { EngineError } from "../../errors.js";
import { type Captured, capture } from "../capture.js";
import { pgbackrest } from "../pgbackrest.js";
import { backupsOf } from "../pgbackrest-config.js";
import { restoreCommands } from "../restore-commands.js";
import { passphraseAt } from "../vault-keys.js";
import { archives, archivingOf } from "./archive.js";
import { writeConfig } from "./config.js";
import type { HostDataset } from "./dataset.js";
import { asLines, awaitsRestart, type NeededSetting } from "./settings.js";

/** What is captured. */
export interface HostCapture {
  /** Where the server answers, as a superuser. */
  readonly address: DatabaseAddress;
  /** Site that the server is at. */
  readonly takenAt: string;
  /** Which of the plan's backups it is. */
  readonly backup: Pick<PhysicalBackup, "type" | "direct">;
}

/**
 * Takes a physical backup of a server on this machine into every copy that the plan says.
 *
 * @throws EngineError: 2 when the server does not archive as the plan says, with what to set; 3 when a copy failed, after
 *   all were tried
 */
export async function captureHost(
  of: HostDataset,
  { address, takenAt, backup }: HostCapture,
  say: (line: string) => void,
): Promise<Captured[]> {
  const { plan, dataset, copies, recipients } = of;
  const archiving = await archivingOf(of, address);
  const { server, folder, state, settings, moved } = archiving;
  const [first] = moved;
  if (first)
    throw new EngineError(
      `log of "${dataset}" goes to ${first.from} for ${first.site}, which is said to be at ${first.to}: a backup there would be without its log`,
      2,
      "give --store as when archiving was set up, or secondsite archive <plan> <dataset> --yes to move it",
    );
  if (!state || !archives(archiving)) throw notArchiving(dataset, settings);
  const passphrase = await readFile(folder.passphrase, "utf8");
  // Credentials may have changed since archiving was set up.
  const { epoch } = state;
  await writeConfig(folder, { of, copies, epoch, passphrase, server, lasting: true }, server.as);
  const { signing, signer, refused } = await signingKeys(copies, recipients, new Date());
  // Log goes to all copies, a backup only where the plan sends this one.
  const numberedCopies = copies
    .map((copy, index) => ({ ...copy, repository: index + 1 }))
    .filter(({ site }) => backup.direct.includes(site));
  const { type } = backup;
  const job = {
    ...{
      dataset,
      takenAt,
      epoch,
      type,
      keep: backupsOf(of).keep,
      signer,
      superuser: server.superuser,
      tool: pgbackrest(folder.config, dataset, server.as),
    },
    copies: numberedCopies.map((copy) => ({
      ...copy,
      async keys() {
        const failed = refused.find(({ copy: { site } }) => site === copy.site);
        if (failed) throw failed.failure;
        const laid = "secondsite archive --yes lays it at every copy";
        return [await passphraseAt(dataset, copies, copy.site, laid), namedKey(signing)];
      },
      restore: (label: string) =>
        restoreCommands({
          ...{ place: copy.place, plan: plan.name, dataset, label },
          repository: names.repositoryPath(dataset, epoch),
          passphrase: names.passphraseKey(dataset),
        }),
    })),
  };
  return capture(job, say);
}

function notArchiving(dataset: string, settings: readonly NeededSetting[]): EngineError {
  if (awaitsRestart(settings))
    return new EngineError(
      `the server of "${dataset}" is set to archive only from its next start on, and a backup without its log restores nothing`,
      2,
      "restart PostgreSQL",
    );
  const lines = asLines(settings);
  const set = lines.length > 0 ? `; in postgresql.conf: ${lines.join(", ")}` : "";
  return new EngineError(
    `the server of "${dataset}" does not archive as the plan says, and a backup without its log restores nothing${set}`,
    2,
    "secondsite archive <plan> <dataset> sets it up",
  );
}
