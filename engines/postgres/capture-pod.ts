import { chmod, copyFile } from "node:fs/promises";

import { names, type PhysicalBackup } from "../../plan/index.js";
import { copyAt, copyPlace, signerOf, unwrapPassphrase } from "../../vault/index.js";
import { type Captured, capture } from "./capture.js";
import { files, folders } from "./folders.js";
import { pgbackrest } from "./pgbackrest.js";
import { backupsOf, jobConfig } from "./pgbackrest-config.js";
import { type Placement, ringAt } from "./placement.js";
import { writePrivate } from "./private-file.js";
import { restoreCommands } from "./restore-commands.js";
import { keysAt, signingKeyOf } from "./vault-keys.js";

/**
 * Takes a physical backup of a server in a Pod, from a Pod of its own, into every direct copy. The keys are opened before
 * anything is written.
 *
 * @param epoch the present one
 * @throws EngineError when any copy failed, after all were tried; the others' points stand
 */
export async function capturePhysical(
  placement: Placement,
  type: PhysicalBackup["type"],
  epoch: number,
  say: (line: string) => void,
): Promise<Captured[]> {
  const { plan, dataset, direct, site, spec } = placement;
  const own = ringAt(placement, site);
  const passphrase = await unwrapPassphrase(own);
  const signing = await signingKeyOf(placement);
  const signer = await signerOf(own, signing);
  await copyFile(`${folders.secrets}/client.key`, files.tlsKey);
  await chmod(files.tlsKey, 0o600);
  await writePrivate(files.archive, jobConfig(placement, epoch, passphrase));
  const copies = direct.map((at, index) => ({
    repository: index + 1,
    ...copyAt(plan, dataset, at),
    keys: () => keysAt(placement, at, signing),
    restore: (label: string) =>
      restoreCommands({
        ...{ place: copyPlace(plan, at, spec.category), plan: plan.name, dataset, label },
        repository: names.repositoryPath(dataset, epoch),
        passphrase: names.passphraseKey(dataset),
      }),
  }));
  const tool = pgbackrest(files.archive, dataset);
  const { keep } = backupsOf(placement);
  return capture({ dataset, takenAt: site, epoch, type, keep, tool, copies, signer }, say);
}
