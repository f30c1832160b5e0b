import { type KeptDataset, type Plan, seconds } from "../../../plan/index.js";
import { observe } from "../../../plan/proofs/simulation/testing/observe.js";
import { seeded } from "../../../plan/proofs/simulation/testing/random.js";
import type { Disaster } from "../../../plan/schema/index.js";
import {
  accountOf,
  datasetsOf,
  type Found,
  isOwnHardware,
  missedGap,
  providerOf,
  regionOf,
  restoresAlone,
  type Stored,
  siteAt,
  sitesOf,
  speed,
  stored,
} from "./places.js";

const disasters = ["operator-error", "database", "region", "account", "provider"] as const;
const first = new Date("2026-01-01T00:00:00Z");

/** The most that may be lost of a dataset, seconds; undefined where the loss is accepted. */
export function mayLose(plan: Plan, dataset: KeptDataset, disaster: Disaster): number | undefined {
  const { classes, ...own } = plan.objectives;
  const { rpo, rpoBy } = (dataset.class && classes[dataset.class]) || own;
  const promise = rpoBy[disaster] ?? rpo;
  return typeof promise === "object" ? undefined : seconds(promise);
}

/** Losses that the simulator saw, by everything they depend on. */
const remembered = new Map<string, ReadonlyMap<Disaster, number>>();

function simulated(plan: Plan, dataset: KeptDataset): ReadonlyMap<Disaster, number> {
  const key = JSON.stringify([plan.sites, dataset]);
  const known = remembered.get(key);
  if (known) return known;
  const { seen } = observe(plan, dataset, disasters, first, seeded(1));
  const losses = new Map([...seen].map(([disaster, { lost }]) => [disaster, lost]));
  remembered.set(key, losses);
  return losses;
}

/** More is lost in the simulation than is promised. */
export const lost = (plan: Plan): Found =>
  datasetsOf(plan).flatMap(([name, dataset]) =>
    [...simulated(plan, dataset)].flatMap(([disaster, seconds]) =>
      seconds > (mayLose(plan, dataset, disaster) ?? Number.POSITIVE_INFINITY)
        ? [`rpo/${disaster} datasets.${name}.backups ${disaster}`]
        : [],
    ),
  );

/** Stores that lock what they are asked to lock, and those that lock it unasked, as their providers say. */
const locks = new Set(["aws", "minio", "hetzner", "linode"]);
const locksUnasked = new Set(["aws", "minio", "hetzner"]);
/** pgBackRest and restic ask for no lock. */
const asksForNone = (dataset: KeptDataset, { kind }: Stored) =>
  (dataset.kind === "postgres" && kind === "physical") || (dataset.kind === "files" && kind === "copy");

/** An increment restores only together with its full backup. */
const countsAsCopy = (backup: Stored) =>
  restoresAlone(backup) && !(backup.kind === "physical" && backup.type !== "full");

/** Three copies with the live one, two kinds or hands, one off site, one that nobody can change. */
export const tooFewCopies = (plan: Plan): Found =>
  datasetsOf(plan).flatMap(([name, dataset]) => {
    if (dataset.regional) return [];
    const home = siteAt(plan, dataset.at);
    const sites = new Set(
      stored(dataset).flatMap(({ backup }) =>
        sitesOf(backup).filter(
          (site) =>
            countsAsCopy(backup) &&
            !(site === dataset.at && (isOwnHardware(home) || backup.kind === "versions")),
        ),
      ),
    );
    const hands = new Set([
      `${dataset.kind === "bucket" && !isOwnHardware(home) ? "store" : "disk"} ${accountOf(plan, dataset.at)}`,
      ...[...sites].map((site) => {
        const { kind } = siteAt(plan, site);
        const what = kind === "media" ? "medium" : isOwnHardware(siteAt(plan, site)) ? "disk" : "store";
        return `${what} ${accountOf(plan, site)}`;
      }),
    ]);
    const away = [...sites].some((site) => regionOf(siteAt(plan, site)) !== regionOf(home));
    const fixed = stored(dataset).some(({ backup }) =>
      sitesOf(backup).some((name) => {
        const site = siteAt(plan, name);
        if (!sites.has(name) || !countsAsCopy(backup) || isOwnHardware(site)) return false;
        if (site.kind === "media") return site.offline;
        return (asksForNone(dataset, backup) ? locksUnasked : locks).has(providerOf(site));
      }),
    );
    const needsAway = mayLose(plan, dataset, "region") !== undefined;
    return sites.size >= 2 && hands.size >= 2 && (away || !needsAway) && fixed
      ? []
      : [`copies/3-2-1-1-0 datasets.${name}.backups`];
  });

const baseOf = { wal: ["physical"], binlog: ["logical", "snapshot"] } as const;
const isLog = (backup: Stored): backup is Extract<Stored, { kind: "wal" | "binlog" }> =>
  backup.kind === "wal" || backup.kind === "binlog";

/** How far back a base reaches, seconds: at best, and at every moment; undefined where its keeping says no time. */
function reachOf(backup: Stored): { readonly atBest: number; readonly always: number } | undefined {
  const gap = missedGap(backup);
  if (gap === undefined || !("schedule" in backup) || backup.schedule.kind === "event") return undefined;
  if (typeof backup.keep !== "string" || backup.keep === "forever") return undefined;
  const atBest = seconds(backup.keep);
  return { atBest, always: atBest - gap - seconds(backup.schedule.deadline) };
}

/** Log without a base at its site, or without one for the first part of its time. */
export const logsWithoutBase = (plan: Plan): Found =>
  datasetsOf(plan).flatMap(([name, dataset]) =>
    stored(dataset).flatMap(({ backup: log, index }) => {
      if (!isLog(log)) return [];
      const at = `datasets.${name}.backups[${index}]`;
      // What builds on a full backup reaches no further back than that one does.
      const bases = stored(dataset).filter(
        ({ backup }) =>
          (baseOf[log.kind] as readonly string[]).includes(backup.kind) &&
          !(backup.kind === "physical" && backup.type !== "full"),
      );
      if (sitesOf(log).some((site) => !bases.some(({ backup }) => sitesOf(backup).includes(site))))
        return [`point-in-time/base ${at}`];
      const window = seconds(log.keep);
      // Each site stands alone: it is short where no base there reaches back over the window at every moment.
      const short = sitesOf(log).some((site) => {
        const reaches = bases.flatMap(({ backup }) =>
          sitesOf(backup).includes(site) ? [reachOf(backup)] : [],
        );
        if (reaches.some((reach) => reach === undefined || reach.always >= window)) return false;
        // Log that outlives every base is of no use, and no lie about the bases.
        return reaches.some((reach) => reach !== undefined && reach.atBest >= window);
      });
      return short ? [`point-in-time/window ${at}.keep`] : [];
    }),
  );

/** Points that are all gone before the next one is made, when a run was missed. */
export const nothingKept = (plan: Plan): Found =>
  datasetsOf(plan).flatMap(([name, dataset]) =>
    stored(dataset).flatMap(({ backup, index }) => {
      const gap = missedGap(backup);
      if (gap === undefined || typeof backup.keep !== "string" || backup.keep === "forever") return [];
      const rule = "schedule" in backup && backup.schedule.kind === "cron" ? "schedule" : "retention";
      return seconds(backup.keep) < gap ? [`${rule}/keeps-one datasets.${name}.backups[${index}].keep`] : [];
    }),
  );

/** Copies of everything, made on an event, that cannot be uploaded in the time they have. */
export const neverInTime = (plan: Plan): Found =>
  datasetsOf(plan).flatMap(([name, dataset]) =>
    stored(dataset).flatMap(({ backup, index }) => {
      if (!("schedule" in backup) || backup.schedule.kind !== "event") return [];
      if (dataset.kind === "files" || (backup.kind === "physical" && backup.type === "incremental"))
        return [];
      const all = backup.direct.length * speed(dataset.size, siteAt(plan, dataset.at).upload);
      return all > seconds(backup.schedule.within)
        ? [`schedule/within datasets.${name}.backups[${index}].schedule.within`]
        : [];
    }),
  );

/** Stores of one provider that copies between its own regions. */
const copiesItself = new Set(["aws", "minio"]);

/** A store is asked to copy to one that it cannot copy to. */
export const copiedByNobody = (plan: Plan): Found =>
  datasetsOf(plan).flatMap(([name, dataset]) =>
    stored(dataset).flatMap(({ backup, index }) => {
      const [from = ""] = backup.direct;
      const cannot = backup.replicated.some((to) => {
        const [source, target] = [siteAt(plan, from), siteAt(plan, to)];
        if (target.kind === "media" || isOwnHardware(source)) return false;
        return providerOf(source) !== providerOf(target) || !copiesItself.has(providerOf(source));
      });
      return cannot ? [`compatibility/replication datasets.${name}.backups[${index}].replicated`] : [];
    }),
  );
