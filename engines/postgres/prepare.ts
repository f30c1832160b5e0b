import { chmod, copyFile, rm } from "node:fs/promises";
import { execa } from "execa";

import { names } from "../../plan/index.js";
import { unwrapPassphrase } from "../../vault/index.js";
import { EngineError } from "../errors.js";
import { files, folders } from "./folders.js";
import { leaseStore } from "./lease.js";
import { pgbackrest, type Stanza } from "./pgbackrest.js";
import { archiveConfig, restoreConfig } from "./pgbackrest-config.js";
import { type Placement, ringAt, storeAt } from "./placement.js";
import type { PhysicalPoint } from "./points-chain.js";
import { ownPoints } from "./points-own.js";
import { writePrivate } from "./private-file.js";
import { program } from "./programs.js";
import { dumpRole } from "./roles.js";
import { watchLease } from "./sighting.js";
import { newVolume, readVolumeState, writeVolumeState } from "./volume-state.js";

/**
 * Fills an empty data volume and writes the configuration of this Pod.
 *
 * A volume that was completed before is left as it is. An empty or half-filled one is restored from the newest
 * recovery point of the newest epoch in the site's own copy that has a backup; only the dataset's home, and only where no epoch exists,
 * initialises a new database. Safe to kill and to run again: the volume's state is written last.
 */
export async function prepare(placement: Placement, say: (line: string) => void): Promise<void> {
  const { dataset, site, spec } = placement;
  const own = storeAt(placement, site);
  const passphrase = await unwrapPassphrase(ringAt(placement, site));
  await writePrivate(files.passphrase, passphrase);
  await writePrivate(files.hba, hba);
  // pgBackRest refuses a key that its group can read; mounted Secrets always can be.
  await copyFile(`${folders.secrets}/server.key`, files.tlsKey);
  await chmod(files.tlsKey, 0o600);

  const epochs = (await own.folders(names.repositoryPrefix(dataset))).map((label) => Number(label.slice(1)));
  const volume = await readVolumeState();
  if (volume) {
    // A volume mounted with another group setting has been opened to its group; PostgreSQL refuses that.
    await chmod(folders.data, 0o700);
    const epoch = volume.epoch ?? (volume.origin.kind === "restored" ? volume.origin.fromEpoch : 1);
    await writePrivate(files.restore, restoreConfig(placement, epoch, passphrase));
    await writePrivate(files.archive, archiveConfig(placement, epoch, passphrase));
    say(
      `volume ${volume.incarnation} is complete (${volume.origin.kind}, epoch ${volume.epoch ?? "none yet"})`,
    );
    return;
  }
  for (const epoch of epochs.sort((a, b) => b - a)) {
    await writePrivate(files.restore, restoreConfig(placement, epoch, passphrase));
    const tool = pgbackrest(files.restore, dataset);
    const label = newestLabel(await tool.info(1), await ownPoints(placement, epoch, say), say);
    if (label === undefined) {
      say(`epoch ${epoch} has no backup in ${own.label}`);
      continue;
    }
    say(`restoring ${label} of epoch ${epoch} from ${own.label}`);
    const restored = new AbortController();
    const watched = watchLease(leaseStore(placement), restored.signal);
    // As a standby: nothing is written and no timeline begins before the lease is held.
    await tool
      .run("restore", [`--set=${label}`, "--type=standby", "--delta", "--process-max=4"])
      .finally(() => restored.abort());
    await watched;
    await writePrivate(files.archive, archiveConfig(placement, epoch, passphrase));
    await writeVolumeState(newVolume({ kind: "restored", fromEpoch: epoch, label }));
    say("restored");
    return;
  }
  if (site !== spec.at)
    throw new EngineError(
      `nothing to restore "${dataset}" from: ${own.label} holds no backup`,
      3,
      `look for points elsewhere: secondsite points <plan>`,
    );
  if (epochs.length > 0)
    throw new EngineError(
      `"${dataset}" has epochs without a backup in ${own.label}; initialising a new database would hide that it is lost`,
      3,
      "restore from another site's copy, or remove the dataset's epochs on purpose",
    );
  say("no epoch exists: initialising a new database");
  await rm(folders.data, { recursive: true, force: true });
  await execa(await program("initdb"), [
    `--pgdata=${folders.data}`,
    "--username=postgres",
    "--data-checksums",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--auth=reject",
  ]);
  await writePrivate(files.restore, restoreConfig(placement, 1, passphrase));
  await writePrivate(files.archive, archiveConfig(placement, 1, passphrase));
  await writeVolumeState(newVolume({ kind: "initialised" }));
}

/**
 * The newest recovery point of an epoch: its chain names it, and the repository has it.
 *
 * A backup that no entry names was not completed, or its entry is damaged. Where there is nothing else it is taken: it
 * opens with the passphrase, so nobody else made it, and an older epoch would lose all that was committed in this one.
 */
export function newestLabel(
  stanza: Pick<Stanza, "backups"> | undefined,
  points: readonly Pick<PhysicalPoint, "label">[],
  say: (line: string) => void,
): string | undefined {
  const labels = (stanza?.backups ?? []).map(({ label }) => label);
  const named = points.find(({ label }) => labels.includes(label));
  if (named) return named.label;
  const last = labels.at(-1);
  if (last !== undefined) say(`no entry of the chain names a backup that is here; ${last} is taken unnamed`);
  return last;
}

/** Who may connect: the Pod's own user over its socket, everybody else by password and TLS. */
const hba = [
  "local all postgres peer",
  "hostssl all app all scram-sha-256",
  `hostssl all ${dumpRole} all scram-sha-256`,
  "hostnossl all all all reject",
  "",
].join("\n");
