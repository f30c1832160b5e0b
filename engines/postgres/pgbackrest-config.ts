import { Cron } from "croner";

import { names, type PhysicalBackup, ports, seconds, type WalBackup } from "../../plan/index.js";
import { EngineError } from "../errors.js";
import { files, folders } from "./folders.js";
import { copyAt, type Placement } from "./placement.js";

type Section = Readonly<Record<string, string | number>>;

/** Renders pgBackRest's configuration file. */
export function renderConfig(sections: Readonly<Record<string, Section>>): string {
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
): Section {
  const { dataset } = placement;
  const { physical, wal } = backupsOf(placement);
  return Object.assign(
    {},
    ...sites.map((site, index) => {
      const { bucket, region } = copyAt(placement, site);
      const repo = (option: string, value: string | number) => [`repo${index + 1}-${option}`, value] as const;
      return Object.fromEntries([
        repo("type", "s3"),
        repo("s3-bucket", bucket),
        repo("s3-region", region),
        repo("s3-endpoint", `s3.${region}.amazonaws.com`),
        // Credentials from the Pod's web identity; no key exists that could leak.
        repo("s3-key-type", "web-id"),
        repo("path", names.repositoryPath(dataset, epoch)),
        // Hundreds of small catalogue files become a few objects: a round trip each is what a backup waits for.
        repo("bundle", "y"),
        repo("cipher-type", "aes-256-cbc"),
        repo("cipher-pass", passphrase),
        // It drops no backup by itself, for it knows of no holds: `retention.ts` decides. It drops log.
        repo("retention-full-type", "count"),
        repo("retention-full", unlimited),
        repo("retention-archive-type", "full"),
        // One more than fall into the time: right after a backup the oldest of them is younger than that.
        repo("retention-archive", wal ? runsWithin(physical, wal) + 1 : unlimited),
      ]);
    }),
  );
}

/** How many full backups fall into the time WAL is kept: pgBackRest counts WAL retention in backups. */
export function runsWithin({ schedule }: PhysicalBackup, { keep }: Pick<WalBackup, "keep">): number {
  const from = new Date("2025-01-01T00:00:00Z");
  const until = from.getTime() + seconds(keep) * 1_000;
  if (schedule.kind === "event") return 1;
  if (schedule.kind === "interval") return Math.ceil(seconds(keep) / seconds(schedule.every));
  const { cron, timeZone } = schedule;
  // A schedule of every minute for 90 days is 129,600 runs: counted by its first 1,000.
  const runs = new Cron(cron, { timezone: timeZone }).nextRuns(1_000, from);
  const within = runs.filter((run) => run.getTime() <= until).length;
  const last = runs.at(-1);
  if (within < runs.length || !last) return within;
  return Math.ceil((within * seconds(keep) * 1_000) / (last.getTime() - from.getTime()));
}

const general: Section = {
  "compress-type": "zst",
  "process-max": 2,
  "log-level-console": "warn",
  "log-level-file": "off",
  "lock-path": "/tmp/pgbackrest",
  "log-path": "/tmp",
  "spool-path": folders.spool,
  "tls-server-ca-file": `${folders.secrets}/ca.crt`,
};

const server: Section = {
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

/** The physical backup and the WAL archive of a dataset. @throws EngineError without a physical backup. */
export function backupsOf({ dataset, spec }: Placement): {
  physical: PhysicalBackup;
  wal: WalBackup | undefined;
} {
  const physical = spec.backups.find((backup) => backup.kind === "physical");
  if (!physical)
    throw new EngineError(
      `dataset "${dataset}" has no physical backup, and WAL replays onto nothing else`,
      2,
    );
  return { physical, wal: spec.backups.find((backup) => backup.kind === "wal") };
}
