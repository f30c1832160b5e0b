import { names, type PhysicalBackup } from "../../plan/index.js";
import {
  type Appended,
  appendEntry,
  type ChainEntry,
  type EntryContent,
  type HeadCopy,
  type NamedKey,
  type Signer,
  wordsOf,
} from "../../vault/index.js";
import { EngineError } from "../errors.js";
import { backupParts } from "./parts.js";
import { type PgBackRest, pgbackrestVersion, type RepositoryBackup, type Stanza } from "./pgbackrest.js";
import { type ChainOf, type EpochChain, readEpochChain, referenceTo, signersAt } from "./points-chain.js";
import { timelineOf } from "./points-wal.js";
import { dropBackups } from "./retention.js";

/** A recovery point that a capture completed at one copy. */
export interface Captured {
  readonly site: string;
  /** The tool's own name of the backup. */
  readonly label: string;
  /** Object that holds the point's entry. */
  readonly key: string;
  readonly entry: ChainEntry;
}

/** A copy that a capture writes to. */
export interface CaptureCopy extends ChainOf, HeadCopy {
  /** Number of its repository in the tool's configuration. */
  readonly repository: number;
  /** What opens the point there. @throws when it does not lie there as it should */
  keys(): Promise<NamedKey[]>;
  /** Argument lists that restore a backup without Secondsite. */
  restore(label: string): string[][];
}

/** A physical backup to be taken now. */
export interface Capture {
  readonly dataset: string;
  readonly takenAt: string;
  /** The present one: a job never writes into another's repository. */
  readonly epoch: number;
  readonly type: PhysicalBackup["type"];
  /** Seconds for which the plan keeps backups. */
  readonly keep: number;
  /** Knows the copies' repositories by their place in `copies`, from 1. */
  readonly tool: PgBackRest;
  readonly copies: readonly CaptureCopy[];
  readonly signer: Signer;
  /** The superuser that initdb made: who restores connects as it. @default "postgres" */
  readonly superuser?: string;
}

/** The tool's words for what a plan says. */
const types = { full: "full", differential: "diff", incremental: "incr" } as const;

/**
 * Takes a physical backup into every copy; each becomes a recovery point with its signed entry in that copy's chain, by
 * itself. Where there is nothing yet that it could add to, it is a full one.
 *
 * @throws EngineError when any copy failed, after all were tried; the others' points stand
 */
export async function capture(job: Capture, say: (line: string) => void): Promise<Captured[]> {
  const { dataset, copies } = job;
  const done: Captured[] = [];
  const failures: string[] = [];
  for (const copy of copies)
    try {
      done.push(await captureInto(job, copy, say));
    } catch (error) {
      failures.push(`${copy.site}: ${wordsOf(error)}`);
    }
  if (failures.length > 0)
    throw new EngineError(
      `"${dataset}" was not captured at ${failures.length} of ${copies.length} copies: ${failures.join("; ")}`,
      3,
    );
  return done;
}

async function captureInto(job: Capture, copy: CaptureCopy, say: (line: string) => void): Promise<Captured> {
  const { repository } = copy;
  const { dataset, tool, epoch, signer, takenAt } = job;
  const keys = await copy.keys();
  const startedAt = new Date();
  say(`backing up "${dataset}" to ${copy.site}`);
  await tool.run("backup", [`--repo=${repository}`, `--type=${types[job.type]}`]);
  const stanza = await tool.info(repository);
  const backup = stanza?.backups.at(-1);
  if (!stanza || !backup) throw new EngineError("the backup is not listed after it ended", 3);
  const present = async () => readEpochChain(copy, epoch, await signersAt(copy));
  let chain = await present();
  const complete = (one: RepositoryBackup, from: Date, until: Date) =>
    append(job, copy, { startedAt: from, finishedAt: until, stanza, backup: one, keys, chain });
  // What ended without its entry, because its run was killed in between, is a point all the same: others add to it.
  for (const orphan of orphans(chain, stanza.backups.slice(0, -1))) {
    // Whole seconds, cut off: its end is later than said, and no moment before its end can be restored from it.
    await complete(orphan, at(orphan.timestamp.start), at(orphan.timestamp.stop + 1));
    chain = await present();
    say(`${orphan.label} at ${copy.site} had no entry, and has one now`);
  }
  const { key, entry } = await complete(backup, startedAt, new Date());
  say(`recovery point ${backup.label} is complete at ${copy.site}`);
  const expire = async (full: string) => {
    await tool.run("expire", [`--repo=${repository}`, `--set=${full}`]);
  };
  const listed = stanza.backups;
  const others = job.copies.filter((other) => other !== copy);
  const retention = { epoch, others, keep: job.keep, listed, by: takenAt, now: new Date(), expire, say };
  const dropped = await dropBackups(copy, retention, signer);
  if (dropped.length > 0) say(`dropped at ${copy.site}: ${dropped.join(", ")}`);
  return { site: copy.site, label: backup.label, key, entry };
}

/** Backups that are newer than any that the chain names. */
function orphans(
  { entries }: Pick<EpochChain, "entries">,
  listed: readonly RepositoryBackup[],
): RepositoryBackup[] {
  const known = entries.flatMap(({ entry, unsigned }) =>
    entry?.entry === "point" ? [entry.label] : unsigned ? [unsigned.label] : [],
  );
  const newest = known.sort().at(-1) ?? "";
  return listed.filter(({ label }) => label > newest);
}

const at = (seconds: number) => new Date(seconds * 1_000);

interface Finished {
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly stanza: Stanza;
  readonly backup: RepositoryBackup;
  readonly keys: NamedKey[];
  /** What the copy's chain holds until then. */
  readonly chain: EpochChain;
}

/** Adds the entry, last: from here on the backup is a recovery point. */
async function append(job: Capture, copy: CaptureCopy, finished: Finished): Promise<Appended> {
  const { dataset, epoch, takenAt } = job;
  const { startedAt, finishedAt, stanza, backup, keys, chain } = finished;
  const { label, lsn, archive, info, prior } = backup;
  const addsTo = chain.points.find((point) => point.label === prior);
  const parent = addsTo && referenceTo(chain, addsTo);
  const facts = {
    backup: backup.type,
    superuser: job.superuser,
    startLsn: lsn?.start,
    stopLsn: lsn?.stop,
    startWal: archive.start,
    stopWal: archive.stop,
    timeline: archive.stop ? timelineOf(archive.stop) : undefined,
  };
  const content: EntryContent = {
    plan: copy.plan,
    dataset,
    takenAt,
    site: copy.site,
    epoch,
    entry: "point",
    kind: "physical",
    label,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    source: {
      engine: "postgresql",
      version: stanza.serverVersion,
      systemIdentifier: stanza.systemIdentifier,
      ...known(facts),
    },
    tool: { name: "pgbackrest", version: await pgbackrestVersion() },
    keys,
    ...(parent ? { parent } : {}),
    bytes: { source: info.size, stored: info.repository.delta },
    parts: await backupParts(copy, epoch, label),
    restore: copy.restore(label),
  };
  return appendEntry(copy.store, names.manifestPrefix(dataset, epoch), content, job.signer);
}

/** Facts that the tool told. */
function known(facts: Readonly<Record<string, string | number | null | undefined>>) {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => (value == null ? [] : [[name, value] as const])),
  );
}
