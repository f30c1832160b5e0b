import { Cron } from "croner";

import { names, type PhysicalBackup, ports, seconds, type WalBackup } from "../../plan/index.js";
import { copyPlace } from "../../vault/index.js";
import { EngineError } from "../errors.js";
import { files, folders } from "./folders.js";
import type { Placement } from "./placement.js";
import { keptAs, numbered, type RepositoryOptions, repositoryOptions } from "./repository.js";

/** Renders pgBackRest's configuration file. */
export function renderConfig(sections: Readonly<Record<string, RepositoryOptions>>): string {
  return Object.entries(sections)
    .map(([name, options]) =>
      [`[${name}]`, ...Object.entries(options).map(([key, value]) => `${key}=${value}`), ""].join("\n"),
    )
    .join("\n");
}

/** How much WAL may wait for a repository that does not answer; beyond it the server gives up point-in-time recovery rather than its disk. */
export const archiveQueueMax = "1GiB";

/** As many backups as pgBackRest counts to. */
const unlimited = 9_999_999;

/**
 * The repositories of one epoch: one for each site in `sites`, in that order.
 *
 * @param passphrase of the repositories' own cipher; ends up in a file in memory, never in arguments.
 */
export function repositories(
  placement: Placement,
  sites: readonly string[],
  epoch: number,
  passphrase: string,
): RepositoryOptions {
  const { plan, dataset, spec } = placement;
  return Object.assign(
    {},
    ...sites.map((site, index) =>
      numbered(index + 1, {
        ...repositoryOptions(copyPlace(plan, site, spec.category), names.repositoryPath(dataset, epoch)),
        // Credentials from the Pod's web identity; no key exists that could leak.
        "s3-key-type": "web-id",
        ...keptAs(passphrase),
        ...retentionOf(placement),
      }),
    ),
  );
}

/** What the tool keeps by itself: every backup, for it knows of no holds (`retention.ts` drops them), and log for a time. */
export function retentionOf(of: Pick<Placement, "dataset" | "spec">): RepositoryOptions {
  const { physical, wal } = backupsOf(of);
  return {
    "retention-full-type": "count",
    "retention-full": unlimited,
    "retention-archive-type": "full",
    // One more than fall into the time: right after a backup the oldest of them is younger than that.
    "retention-archive": wal ? runsWithin(physical, wal) + 1 : unlimited,
  };
}

const countedRuns = 1_000;

/** How many full backups fall into the time WAL is kept: pgBackRest counts WAL retention in backups. */
export function runsWithin({ schedule }: PhysicalBackup, { keep }: Pick<WalBackup, "keep">): number {
  const from = new Date("2025-01-01T00:00:00Z");
  const until = from.getTime() + seconds(keep) * 1_000;
  if (schedule.kind === "event") return 1;
  if (schedule.kind === "interval") return Math.ceil(seconds(keep) / seconds(schedule.every));
  const { cron, timeZone } = schedule;
  const clock = new Cron(cron, { timezone: timeZone });
  let count = 0;
  for (let run = clock.nextRun(from); run && run.getTime() <= until; run = clock.nextRun(run)) {
    count += 1;
    // A schedule of every minute for 90 days is 129,600 runs: counted by its first ones.
    if (count === countedRuns)
      return Math.ceil((count * seconds(keep) * 1_000) / (run.getTime() - from.getTime()));
  }
  return count;
}

const general: RepositoryOptions = {
  "compress-type": "zst",
  "process-max": 2,
  "log-level-console": "warn",
  "log-level-file": "off",
  "lock-path": "/tmp/pgbackrest",
  "log-path": "/tmp",
  "spool-path": folders.spool,
  "tls-server-ca-file": `${folders.secrets}/ca.crt`,
};

const server: RepositoryOptions = {
  "pg1-path": folders.data,
  "pg1-socket-path": folders.run,
  "pg1-user": "postgres",
};

/** Configuration beside the server: archives into `epoch`, answers backup jobs over TLS. */
export function archiveConfig(placement: Placement, epoch: number, passphrase: string): string {
  return renderConfig({
    global: {
      ...general,
      ...repositories(placement, placement.direct, epoch, passphrase),
      "archive-async": "y",
      "archive-push-queue-max": archiveQueueMax,
      "tls-server-address": "*",
      "tls-server-port": ports.pgbackrest,
      "tls-server-cert-file": `${folders.secrets}/server.crt`,
      "tls-server-key-file": files.tlsKey,
      "tls-server-auth": `${backupClient}=${placement.dataset}`,
    },
    [placement.dataset]: server,
  });
}

/** Configuration that restores from the site's own copy of `epoch` alone. */
export function restoreConfig(placement: Placement, epoch: number, passphrase: string): string {
  return renderConfig({
    global: { ...general, ...repositories(placement, [placement.site], epoch, passphrase) },
    [placement.dataset]: server,
  });
}

/** Configuration of a backup job: reaches the server through its TLS server. */
export function jobConfig(placement: Placement, epoch: number, passphrase: string): string {
  const { dataset, plan } = placement;
  return renderConfig({
    global: {
      ...general,
      ...repositories(placement, placement.direct, epoch, passphrase),
      // A checkpoint spread over minutes would only delay the copy.
      "start-fast": "y",
    },
    [dataset]: {
      ...server,
      "pg1-host": `${dataset}-0.${dataset}-pods.${names.namespace(plan)}.svc.cluster.local`,
      "pg1-host-type": "tls",
      "pg1-host-port": ports.pgbackrest,
      "pg1-host-config": files.archive,
      "pg1-host-ca-file": `${folders.secrets}/ca.crt`,
      "pg1-host-cert-file": `${folders.secrets}/client.crt`,
      "pg1-host-key-file": files.tlsKey,
    },
  });
}

/** Common name in the certificate of backup jobs. */
export const backupClient = "backup";

/** A dataset's physical backups and what continues them. */
export interface PhysicalBackups {
  /** The one whose runs count when log is kept: the full one, for what adds to it comes and goes with it. */
  readonly physical: PhysicalBackup;
  /** Absent: points are restorable at their own end alone. */
  readonly wal: WalBackup | undefined;
  /** The longest any of them is kept, in seconds. */
  readonly keep: number;
}

/** The physical backups and the WAL archive of a dataset. @throws EngineError without a physical backup. */
export function backupsOf({ dataset, spec }: Pick<Placement, "dataset" | "spec">): PhysicalBackups {
  const all = spec.backups.flatMap((backup) => (backup.kind === "physical" ? [backup] : []));
  const physical = all.find(({ type }) => type === "full") ?? all[0];
  if (!physical)
    throw new EngineError(
      `dataset "${dataset}" has no physical backup, and WAL replays onto nothing else`,
      2,
    );
  return {
    physical,
    wal: spec.backups.find((backup) => backup.kind === "wal"),
    keep: Math.max(...all.map(({ keep }) => seconds(keep))),
  };
}
