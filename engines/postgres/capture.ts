import { chmod, copyFile } from "node:fs/promises";

import { names } from "../../plan/index.js";
import {
  type Appended,
  appendEntry,
  type ChainEntry,
  digest,
  type EntryContent,
  type ObjectStore,
  type Part,
  type Signer,
  signerOf,
  unwrapPassphrase,
} from "../../vault/index.js";
import { EngineError } from "../errors.js";
import { buryExpired } from "./expired.js";
import { files, folders } from "./folders.js";
import { pgbackrest, pgbackrestVersion, type RepositoryBackup, type Stanza } from "./pgbackrest.js";
import { backupsOf, jobConfig } from "./pgbackrest-config.js";
import { copyAt, type Placement, storeAt } from "./placement.js";
import { timelineOf } from "./points-wal.js";
import { writePrivate } from "./private-file.js";
import { restoreCommands } from "./restore-commands.js";
import { dropBackups } from "./retention.js";
import { keysAt, type NamedKey, ringAt, signingKeyOf } from "./vault-keys.js";

/** A recovery point that a capture completed at one copy. */
export interface Captured {
  readonly site: string;
  /** The tool's own name of the backup. */
  readonly label: string;
  /** Object that holds the point's entry. */
  readonly key: string;
  readonly entry: ChainEntry;
}

/**
 * Takes a full physical backup into every direct copy; each becomes a recovery point with its signed entry in
 * that copy's chain, by itself. The keys are opened before anything is written.
 *
 * @param epoch the present one: a job never writes into another's repository
 * @throws EngineError when any copy failed, after all were tried; the others' points stand
 */
export async function capturePhysical(
  placement: Placement,
  epoch: number,
  say: (line: string) => void,
): Promise<Captured[]> {
  const { dataset, direct, site, key } = placement;
  const passphrase = await unwrapPassphrase(storeAt(placement, site), names.passphraseKey(dataset), key);
  const signing = await signingKeyOf(placement);
  const signer = await signerOf(ringAt(placement, site), signing);
  await copyFile(`${folders.secrets}/client.key`, files.tlsKey);
  await chmod(files.tlsKey, 0o600);
  await writePrivate(files.archive, jobConfig(placement, epoch, passphrase));
  const tool = pgbackrest(files.archive, dataset);
  const done: Captured[] = [];
  const failures: string[] = [];
  for (const [index, at] of direct.entries()) {
    const repository = index + 1;
    try {
      const keys = await keysAt(placement, at, signing);
      const startedAt = new Date();
      say(`backing up "${dataset}" to ${at}`);
      await tool.run("backup", [`--repo=${repository}`, "--type=full"]);
      const stanza = await tool.info(repository);
      const backup = stanza?.backups.at(-1);
      if (!stanza || !backup) throw new EngineError("the backup is not listed after it ended", 3);
      const { key: object, entry } = await complete(
        placement,
        { at, epoch, startedAt, stanza, backup, keys },
        signer,
      );
      say(`recovery point ${backup.label} is complete at ${at}`);
      done.push({ site: at, label: backup.label, key: object, entry });
      const { keep } = backupsOf(placement).physical;
      const copy = { plan: placement.plan.name, dataset, site: at, store: storeAt(placement, at) };
      const expire = async (label: string) =>
        void (await tool.run("expire", [`--repo=${repository}`, `--set=${label}`]));
      const retention = { epoch, keep, listed: stanza.backups, by: site, now: new Date(), expire };
      const dropped = await dropBackups(copy, retention, signer);
      if (dropped.length > 0) say(`dropped at ${at}: ${dropped.join(", ")}`);
      const gone = await buryExpired(placement, { at, epoch, listed: stanza.backups }, signer);
      if (gone.length > 0) say(`expired at ${at}: ${gone.join(", ")}`);
    } catch (error) {
      failures.push(`${at}: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (failures.length > 0)
    throw new EngineError(
      `"${dataset}" was not captured at ${failures.length} of ${direct.length} copies: ${failures.join("; ")}`,
      3,
    );
  return done;
}

interface Finished {
  /** Site of the copy. */
  readonly at: string;
  readonly epoch: number;
  readonly startedAt: Date;
  readonly stanza: Stanza;
  readonly backup: RepositoryBackup;
  readonly keys: NamedKey[];
}

/** Adds the entry, last: from here on the backup is a recovery point. */
async function complete(placement: Placement, finished: Finished, signer: Signer): Promise<Appended> {
  const { plan, dataset, site } = placement;
  const { at, epoch, startedAt, stanza, backup, keys } = finished;
  const store = storeAt(placement, at);
  const repository = names.repositoryPath(dataset, epoch);
  const { label, lsn, archive, info } = backup;
  const parts = await checksums(store, [
    `${repository.slice(1)}/backup/${dataset}/${label}/backup.manifest`,
    `${repository.slice(1)}/backup/${dataset}/${label}/backup.manifest.copy`,
  ]);
  const facts = {
    startLsn: lsn?.start,
    stopLsn: lsn?.stop,
    startWal: archive.start,
    stopWal: archive.stop,
    timeline: archive.stop ? timelineOf(archive.stop) : undefined,
  };
  const content: EntryContent = {
    plan: plan.name,
    dataset,
    takenAt: site,
    site: at,
    epoch,
    entry: "point",
    kind: "physical",
    label,
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    source: {
      engine: "postgresql",
      version: stanza.serverVersion,
      systemIdentifier: stanza.systemIdentifier,
      ...known(facts),
    },
    tool: { name: "pgbackrest", version: await pgbackrestVersion() },
    keys,
    bytes: { source: info.size, stored: info.repository.delta },
    parts,
    restore: restoreCommands({
      ...copyAt(placement, at),
      ...{ plan: plan.name, dataset, repository, label, passphrase: names.passphraseKey(dataset) },
    }),
  };
  return appendEntry(store, names.manifestPrefix(dataset, epoch), content, signer);
}

/** Facts that the tool told. */
function known(facts: Readonly<Record<string, string | number | null | undefined>>) {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => (value == null ? [] : [[name, value] as const])),
  );
}

async function checksums(store: ObjectStore, keys: readonly string[]): Promise<Part[]> {
  return Promise.all(
    keys.map(async (key) => {
      const body = await store.get(key);
      if (!body) throw new EngineError(`${key} is missing at ${store.label} right after the backup`, 3);
      return { key, bytes: body.byteLength, sha256: digest(body) };
    }),
  );
}
