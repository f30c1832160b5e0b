import {
  type Backup,
  type Dataset,
  type KeptKind,
  methods,
  type Plan,
  planSchema,
  type Runner,
} from "../../../schema/index.js";
import type { Random } from "./random.js";

/** Plans of several datasets by chance, of every kind of site, data, backup and schedule. */

const crons = [
  ["0 2 * * *", "30 1 * * *", "30 2 * * *", "15 0 * * *", "0 3 * * *", "45 12 * * *"],
  ["0 */6 * * *", "0 1,13 * * *", "15 */4 * * *", "30 1-5 * * *"],
  ["0 * * * *", "30 * * * *", "*/30 * * * *", "*/15 * * * *"],
  ["0 2 * * 0", "30 2 * * 1-5", "0 12 * * 0", "0 4 1,15 * *", "30 3 1 * *", "0 0 * * 1,4"],
] as const;
const timeZones = [
  ...["UTC", "America/New_York", "Europe/Berlin", "Australia/Sydney", "America/Santiago"],
  ...["Pacific/Auckland", "Australia/Lord_Howe"],
];

/** A plan; the same for the same random numbers. */
export function generated(random: Random): Plan {
  const sites = sitesBy(random);
  const names = Object.keys(sites);
  const count = random.whole(2, 4);
  const datasets = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`data-${index}`, datasetBy(random, names)]),
  );
  return planSchema.parse({
    ...{ name: "generated", sites, datasets },
    objectives: { rpo: "1h", rto: { region: "1h" } },
  });
}

function sitesBy(random: Random) {
  const upload = () => ({ upload: random.pick(["5MiB", "20MiB", "100MiB"]) });
  const aws = (region: string, account: string) => ({
    kind: "object-store",
    provider: "aws",
    region,
    account,
  });
  const home = random.pick([
    { kind: "aws-region", region: "us-east-1", account: "111111111111", role: "primary" },
    { kind: "premises", location: "first-house", role: "primary" },
    { kind: "vps", provider: "hetzner", region: "fsn1", account: "servers", role: "primary" },
  ]);
  const others = {
    near: aws("us-east-1", "111111111111"),
    second: { kind: "aws-region", region: "us-west-2", account: "111111111111", role: "standby" },
    apart: aws("eu-west-1", "222222222222"),
    foreign: {
      kind: "object-store",
      provider: random.pick(["hetzner", "linode", "minio"]),
      region: "nbg1",
      account: "store",
    },
    neighbour: { kind: "premises", location: random.pick(["first-house", "second-house"]), role: "standby" },
    shelf: {
      ...{ kind: "media", location: random.pick(["first-house", "safe"]), offline: random.chance(0.7) },
      ...{ every: random.pick(["6h", "24h", "7d"]), transit: random.pick(["30m", "4h", "24h"]) },
    },
  };
  const chosen = Object.entries(others).filter(() => random.chance(0.75));
  return Object.fromEntries(
    [["home", home], ...chosen].map(([name, site]) => [name, { ...(site as object), ...upload() }]),
  );
}

const kinds: readonly KeptKind[] = [
  ...([
    "postgres",
    "mysql",
    "sqlite",
    "audit-log",
    "raft",
    "pki",
    "files",
    "bucket",
    "configuration",
    "wallet",
  ] as const),
];

function datasetBy(random: Random, sites: readonly string[]): unknown {
  const kind = random.pick(kinds);
  const allowed: readonly Backup["kind"][] = methods[kind];
  const common = {
    ...{ kind, at: "home", category: "some" },
    size: random.pick(["1GiB", "20GiB", "200GiB"]),
    // The last is more than most sites upload.
    changes: random.pick(["0B", "100MiB", "100MiB", "5GiB", "5GiB", "40GiB", "40GiB", "2TiB"]),
  };
  // Streams hide what points lose, so many datasets go without.
  const points = allowed.filter((method) => ["physical", "logical", "snapshot", "copy"].includes(method));
  const drawn = random.chance(0.55) && points.length > 0 ? points : allowed;
  const backups = Array.from({ length: random.whole(1, 3) }, () =>
    backupBy(random, random.pick(drawn), sites),
  );
  const log = backups.find((one) => one.kind === "wal" || one.kind === "binlog");
  if (log) {
    const base = backupBy(random, log.kind === "wal" ? "physical" : "logical", sites);
    backups.push({ ...base, direct: log.direct, replicated: log.replicated, type: undefined });
  }
  const part = backups.find(({ type }) => type === "incremental" || type === "differential");
  if (part) {
    // Other copies hide what is wrong with a chain.
    if (!log && random.chance(0.7)) backups.splice(0, backups.length, part);
    backups.push(fullBeneath(part, random, sites));
  }
  return { ...common, ...particular(kind, random), backups: backups.map(defined) };
}

const defined = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** A full backup at the sites of what builds on it, which its job or the store brings there. */
function fullBeneath(part: Drawn, random: Random, sites: readonly string[]): Drawn {
  const full = { ...backupBy(random, "physical", sites), type: "full" };
  const all = [...(part.direct ?? []), ...(part.replicated ?? [])];
  if (random.chance(0.5)) return { ...full, direct: part.direct, replicated: part.replicated };
  const direct = [random.pick(sites)];
  return { ...full, direct, replicated: all.filter((site) => !direct.includes(site)) };
}

interface Drawn {
  readonly kind: string;
  readonly direct?: readonly string[] | undefined;
  readonly replicated?: readonly string[] | undefined;
  readonly [field: string]: unknown;
}

function backupBy(random: Random, kind: Backup["kind"], sites: readonly string[]): Drawn {
  const elsewhere = sites.filter((site) => site !== "home");
  if (kind === "replica")
    return {
      ...{
        kind,
        to: random.pick(elsewhere.length > 0 ? elsewhere : ["home"]),
        lag: random.pick(["10s", "5m", "1h"]),
      },
      synchronous: random.chance(0.2),
    };
  const shuffled = [...sites].sort(() => random.next() - 0.5);
  const directs = shuffled.slice(0, random.whole(1, 2));
  const replicated = shuffled.slice(directs.length, directs.length + random.whole(0, 2));
  const copies = { direct: directs, replicated, keep: random.pick(["2d", "7d", "30d", "200d"]) };
  const within = random.pick(["30s", "5m", "1h"]);
  if (["wal", "binlog", "append", "versions"].includes(kind)) return { kind, within, ...copies };
  const type = kind === "physical" ? random.pick(["full", "full", "incremental", "differential"]) : undefined;
  return { kind, schedule: scheduleBy(random), ...copies, ...(type ? { type } : {}) };
}

function scheduleBy(random: Random) {
  if (random.chance(0.08))
    return {
      ...{ kind: "event", on: random.pick(["change", "deployment", "upgrade", "issuance"]) },
      within: random.pick(["1m", "1h"]),
    };
  const deadline = random.pick(["10m", "1h", "4h"]);
  const runner: Runner = random.pick(["kubernetes", "kubernetes", "systemd", "systemd", "github-actions"]);
  if (random.chance(0.12))
    return { kind: "interval", every: random.pick(["20m", "6h", "24h"]), deadline, runner: "systemd" };
  return {
    ...{
      kind: "cron",
      cron: random.pick(random.pick(crons)),
      timeZone: random.pick(timeZones),
      runner,
      deadline,
    },
    concurrency: random.pick(["Forbid", "Replace", "Allow"]),
    startWithin: random.pick(["1m", "5m", "20m"]),
  };
}

function particular(kind: Dataset["kind"], random: Random): object {
  switch (kind) {
    case "postgres":
      return { database: "app", runs: random.pick(["kubernetes", "server", "rds"]) };
    case "mysql":
      return { database: "app", flavour: random.pick(["mysql", "mariadb"]) };
    case "audit-log":
      return { path: "/var/log/audit", head: "elsewhere" };
    case "sqlite":
    case "raft":
    case "files":
    case "wallet":
      return { path: "/var/lib/some" };
    case "bucket":
      return { bucket: "uploads" };
    case "configuration":
      return { source: { kind: "git", reference: "here" } };
    default:
      return {};
  }
}
