import { chmod, copyFile } from "node:fs/promises";

import { names } from "../../plan/index.js";
import {
  appendManifest,
  type CataloguedPoint,
  digest,
  type Manifest,
  type ObjectStore,
  unwrapPassphrase,
} from "../../vault/index.js";
import { EngineError } from "../errors.js";
import { files, folders } from "./folders.js";
import { pgbackrest, pgbackrestVersion, type RepositoryBackup, type Stanza } from "./pgbackrest.js";
import { jobConfig } from "./pgbackrest-config.js";
import { type Placement, storeAt } from "./placement.js";
import { writePrivate } from "./private-file.js";

/** A recovery point that a capture completed at one copy. */
export interface Captured {
  readonly site: string;
  readonly point: CataloguedPoint;
}

/**
 * Takes a full physical backup into every direct copy; each becomes a recovery point with its manifest, by itself.
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
  await copyFile(`${folders.secrets}/client.key`, files.tlsKey);
  await chmod(files.tlsKey, 0o600);
  await writePrivate(files.archive, jobConfig(placement, epoch, passphrase));
  const tool = pgbackrest(files.archive, dataset);
  const done: Captured[] = [];
  const failures: string[] = [];
  for (const [index, at] of direct.entries()) {
    const repository = index + 1;
    try {
      const startedAt = new Date();
      say(`backing up "${dataset}" to ${at}`);
      await tool.run("backup", [`--repo=${repository}`, "--type=full"]);
      const stanza = await tool.info(repository);
      const backup = stanza?.backups.at(-1);
      if (!stanza || !backup) throw new EngineError("the backup is not listed after it ended", 3);
      const point = await complete(placement, { at, epoch, startedAt, stanza, backup });
      say(`recovery point ${backup.label} is complete at ${at}`);
      done.push({ site: at, point });
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
}

/** Writes the manifest, last: from here on the backup is a recovery point. */
async function complete(placement: Placement, finished: Finished): Promise<CataloguedPoint> {
  const { plan, dataset, site, key } = placement;
  const { at, epoch, startedAt, stanza, backup } = finished;
  const store = storeAt(placement, at);
  const repository = names.repositoryPath(dataset, epoch);
  const parts = await checksums(store, [
    `${repository.slice(1)}/backup/${dataset}/${backup.label}/backup.manifest`,
    `${repository.slice(1)}/backup/${dataset}/${backup.label}/backup.manifest.copy`,
  ]);
  const version = await pgbackrestVersion();
  const build = (link: { sequence: number; previous?: string }): Manifest => ({
    version: 1,
    plan: plan.name,
    dataset,
    takenAt: site,
    site: at,
    epoch,
    ...link,
    kind: "physical",
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    source: {
      engine: "postgresql",
      version: stanza.serverVersion,
      systemIdentifier: stanza.systemIdentifier,
      startLsn: backup.lsn?.start ?? "",
      stopLsn: backup.lsn?.stop ?? "",
      startWal: backup.archive.start ?? "",
      stopWal: backup.archive.stop ?? "",
    },
    tool: { name: "pgbackrest", version },
    label: backup.label,
    keyAlias: key.alias,
    bytes: { database: backup.info.size, stored: backup.info.repository.delta },
    parts,
    restore: [
      [
        "pgbackrest",
        `--stanza=${dataset}`,
        "--repo1-type=s3",
        `--repo1-path=${repository}`,
        `--set=${backup.label}`,
        "restore",
      ],
    ],
  });
  return appendManifest(store, names.manifestPrefix(dataset, epoch), build);
}

async function checksums(store: ObjectStore, keys: readonly string[]): Promise<Manifest["parts"]> {
  return Promise.all(
    keys.map(async (key) => {
      const body = await store.get(key);
      if (!body) throw new EngineError(`${key} is missing at ${store.label} right after the backup`, 3);
      return { key, bytes: body.byteLength, sha256: digest(body) };
    }),
  );
}
