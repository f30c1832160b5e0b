import { isStream, keptDatasets } from "../datasets.js";
import { limits } from "../limits.js";
import type { Backup, KeptDataset, Plan, StoredBackup } from "../schema/index.js";
import { siteOf, storeProviderOf } from "../sites.js";
import { type Duration, humanSeconds, seconds } from "../units.js";
import { targets } from "./compatibility-targets.js";
import type { Finding, PatchStep, Proof } from "./finding.js";
import { broken, isToolRepository, listed } from "./holdings.js";
import { pointer } from "./patched.js";
import { factOf, quoted, replicates, supports } from "./stores.js";

/** Every engine can do what is asked of it at every place that it writes to. */
export const compatibility: Proof = (plan) => [
  ...keptDatasets(plan).flatMap(([name, dataset]) => [
    ...managed(name, dataset),
    ...dataset.backups.flatMap((backup, index) =>
      backup.kind === "replica" ? [] : ofBackup({ plan, name, dataset, backup, index }),
    ),
  ]),
  ...targets(plan),
];

interface Placed {
  readonly plan: Plan;
  readonly name: string;
  readonly dataset: KeptDataset;
  readonly backup: StoredBackup;
  readonly index: number;
}

const placeOf = ({ name, index }: Placed) => ({
  at: `datasets.${name}.backups[${index}]`,
  path: pointer("datasets", name, "backups", index),
});

function ofBackup(placed: Placed): Finding[] {
  if (isManaged(placed.dataset) && selfMade.has(placed.backup.kind)) return [];
  return [...carried(placed), ...replication(placed), ...versions(placed), ...cold(placed)];
}

const selfMade: ReadonlySet<Backup["kind"]> = new Set(["physical", "wal"]);
const isManaged = (dataset: KeptDataset) =>
  dataset.kind === "postgres" && (dataset.runs === "rds" || dataset.runs === "aurora");

/** How close the provider's own point in time comes, and for how long it is kept. */
const managedLogEvery: Duration = `${limits.managedLog.seconds / 60}m`;
const managedKeepDays = limits.managedKeep.seconds / 86_400;

/** A managed server shows neither its files nor its log: its provider takes snapshots and keeps the log. */
function managed(name: string, dataset: KeptDataset): Finding[] {
  if (dataset.kind !== "postgres" || !isManaged(dataset)) return [];
  return dataset.backups.flatMap((backup, index) => {
    if (backup.kind !== "physical" && backup.kind !== "wal") return [];
    const { direct, replicated, keep } = backup;
    const days = Math.min(managedKeepDays, Math.max(1, Math.ceil(seconds(keep) / 86_400)));
    const value: Backup =
      backup.kind === "physical"
        ? { kind: "snapshot", schedule: backup.schedule, keep, direct, replicated }
        : {
            kind: "snapshot",
            schedule: {
              ...{ kind: "interval", every: managedLogEvery, runner: "systemd", deadline: managedLogEvery },
            },
            ...{ keep: `${days}d`, direct, replicated },
          };
    return [
      broken(
        "compatibility/managed",
        `datasets.${name}.backups[${index}]`,
        {
          message: `${dataset.runs} gives nobody its ${backup.kind === "wal" ? "log" : "files"}, so "${name}" cannot have ${backup.kind} backups`,
          arithmetic: `runs: "${dataset.runs}"; the provider takes snapshots and keeps its own log, uploaded every ${managedLogEvery}, for at most ${managedKeepDays} days`,
        },
        {
          sentence:
            backup.kind === "wal"
              ? `use snapshot({ schedule: every("${managedLogEvery}") }): the provider's own point in time`
              : "use snapshot({ schedule, keep, direct })",
          patch: [{ op: "replace", path: pointer("datasets", name, "backups", index), value }],
        },
      ),
    ];
  });
}

/** What is stored as it comes needs something that is there as it comes: nobody carries a medium every minute. */
function carried(placed: Placed): Finding[] {
  const { plan, dataset, backup, name } = placed;
  if (!isStream(backup) && !isToolRepository(dataset, backup)) return [];
  const media = backup.direct.filter((site) => siteOf(plan, site).kind === "media");
  if (media.length === 0) return [];
  const { at, path } = placeOf(placed);
  const left = backup.direct.filter((site) => !media.includes(site));
  return [
    broken(
      "compatibility/media",
      `${at}.direct`,
      {
        message: `no job can write the ${backup.kind} of "${name}" to ${listed(media)} itself: somebody carries it there`,
        arithmetic: media
          .map((site) => {
            const where = siteOf(plan, site);
            return where.kind === "media" ? `${site}: every ${where.every}, ${where.transit} in transit` : "";
          })
          .join("; "),
      },
      {
        sentence: `name ${listed(media)} in replicated: it is as old as the last transfer`,
        patch: [
          { op: "replace", path: `${path}/direct`, value: left.length > 0 ? left : [dataset.at] },
          { op: "replace", path: `${path}/replicated`, value: [...backup.replicated, ...media] },
        ],
      },
    ),
  ];
}

/** A store copies to another of its own provider, if at all; a medium is carried; anything else a job has to write. */
function replication(placed: Placed): Finding[] {
  const { plan, backup, name } = placed;
  const [first] = backup.direct;
  if (first === undefined) return [];
  const source = siteOf(plan, first);
  const wrong = backup.replicated.filter((site) => {
    const target = siteOf(plan, site);
    return target.kind !== "media" && !replicates(source, target);
  });
  if (wrong.length === 0) return [];
  const { at, path } = placeOf(placed);
  const left = backup.replicated.filter((site) => !wrong.includes(site));
  const provider = storeProviderOf(source);
  const steps: PatchStep[] = [{ op: "replace", path: `${path}/replicated`, value: left }];
  // A bucket's own versions are where the bucket is; elsewhere a job has to write a copy of it.
  if (backup.kind === "versions")
    steps.push({
      op: "add",
      path: `${pointer("datasets", name, "backups")}/-`,
      value: {
        kind: "copy",
        schedule: { kind: "interval", every: backup.within, runner: "systemd", deadline: backup.within },
        ...{ keep: backup.keep, direct: wrong, replicated: [] },
      },
    });
  else steps.push({ op: "replace", path: `${path}/direct`, value: [...backup.direct, ...wrong] });
  return [
    broken(
      "compatibility/replication",
      `${at}.replicated`,
      {
        message: `nothing copies "${name}" from "${first}" to ${listed(wrong)} by itself`,
        arithmetic:
          provider === undefined
            ? `"${first}" is a directory on a server, which replicates nothing`
            : wrong
                .map((site) =>
                  storeProviderOf(siteOf(plan, site)) === provider
                    ? `${provider}: ${quoted(factOf(source, "replication"))}`
                    : `${site} is not at ${provider}; a store replicates to its own kind only`,
                )
                .join("; "),
      },
      {
        sentence:
          backup.kind === "versions"
            ? `add copy({ schedule, keep, direct: [${listed(wrong)}] })`
            : `name ${listed(wrong)} in direct: the job writes there itself`,
        patch: steps,
      },
    ),
  ];
}

/** Versions are kept by the store, or by nobody. */
function versions(placed: Placed): Finding[] {
  const { plan, backup, name } = placed;
  if (backup.kind !== "versions") return [];
  const without = backup.direct.filter((site) => !supports(siteOf(plan, site), "versioning"));
  const [first] = without;
  if (first === undefined) return [];
  const { at, path } = placeOf(placed);
  const { within, keep, direct, replicated } = backup;
  return [
    broken(
      "compatibility/versions",
      `${at}.direct`,
      {
        message: `the store at ${listed(without)} keeps no versions of "${name}": what is overwritten is gone`,
        arithmetic: quoted(factOf(siteOf(plan, first), "versioning")),
      },
      {
        sentence: "copy the bucket instead: copy({ schedule, keep, direct })",
        patch: [
          {
            op: "replace",
            path,
            value: {
              kind: "copy",
              schedule: { kind: "interval", every: within, runner: "systemd", deadline: within },
              ...{ keep, direct, replicated },
            },
          },
        ],
      },
    ),
  ];
}

/** A tool reads its own repository at every run; a cold tier answers after hours. */
function cold(placed: Placed): Finding[] {
  const { plan, dataset, backup, name } = placed;
  if (!isToolRepository(dataset, backup) && !isStream(backup)) return [];
  const sites = backup.direct.filter((site) => {
    const where = siteOf(plan, site);
    return where.kind === "object-store" && where.tier === "cold";
  });
  if (sites.length === 0) return [];
  const { at } = placeOf(placed);
  return [
    broken(
      "compatibility/cold",
      `${at}.direct`,
      {
        message: `the tool that writes the ${backup.kind} of "${name}" cannot read its repository at ${listed(sites)}: it is in a cold tier`,
        arithmetic: `every run reads what is there; ${isStream(backup) ? `it has ${humanSeconds(seconds(backup.within))}, ` : ""}a cold tier wants to be asked hours before`,
      },
      {
        sentence: `make ${listed(sites)} a standard tier, or copy to it later`,
        patch: sites.map((site) => ({
          op: "replace",
          path: pointer("sites", site, "tier"),
          value: "standard",
        })),
      },
    ),
  ];
}
