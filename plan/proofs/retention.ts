import { isPoint, keptDatasets, keptDays } from "../datasets.js";
import type { KeptDataset, Plan, StoredBackup } from "../schema/index.js";
import { siteOf } from "../sites.js";
import { humanSeconds, seconds } from "../units.js";
import { type Vault, vaultsOf } from "../vaults.js";
import type { Finding, Proof } from "./finding.js";
import { broken, daysOf, holds, risk, sitesOf } from "./holdings.js";
import { parents } from "./parents.js";
import { pointer } from "./patched.js";
import { supports } from "./stores.js";

/** What is kept can be restored for as long as it is kept, and nothing takes it away before. */
export const retentions: Proof = (plan, asOf) => {
  const vaults = vaultsOf(plan);
  const backups = everyBackup(plan);
  return [
    ...lifecycle(vaults),
    ...locks(plan, vaults, backups),
    ...backups.flatMap((placed) => [...keepsOne(placed), ...onlyOne(placed), ...parents(plan, placed, asOf)]),
  ];
};

interface Placed {
  readonly name: string;
  readonly dataset: KeptDataset;
  readonly backup: StoredBackup;
  readonly index: number;
  readonly at: string;
}

const everyBackup = (plan: Plan): Placed[] =>
  keptDatasets(plan).flatMap(([name, dataset]) =>
    dataset.backups.flatMap((backup, index) =>
      backup.kind === "replica"
        ? []
        : [{ name, dataset, backup, index, at: `datasets.${name}.backups[${index}]` }],
    ),
  );

/** What is kept for less than the time between two points is gone before the next one is there. */
function keepsOne({ name, backup, index, at }: Placed): Finding[] {
  // Those that the clock starts are with their schedules, in `schedule/keeps-one`.
  if (!isPoint(backup) || backup.schedule.kind !== "interval") return [];
  const { keep, schedule } = backup;
  if (typeof keep !== "string" || keep === "forever") return [];
  const needed = 2 * seconds(schedule.every) + seconds(schedule.deadline);
  if (seconds(keep) >= needed) return [];
  const longer = daysOf(needed);
  return [
    broken(
      "retention/keeps-one",
      `${at}.keep`,
      {
        message: `between two runs no backup of "${name}" is left: each is kept ${keep}`,
        arithmetic: `2 × ${schedule.every} with one run missed + ${schedule.deadline} deadline = ${humanSeconds(needed)}`,
      },
      {
        sentence: `set keep: "${longer}" or more`,
        patch: [{ op: "replace", path: pointer("datasets", name, "backups", index, "keep"), value: longer }],
      },
    ),
  ];
}

/** A single point that is replaced by the next leaves nothing to go back to when the next is bad. */
function onlyOne({ name, backup, at }: Placed): Finding[] {
  const { keep } = backup;
  const count =
    typeof keep === "object" && "count" in keep
      ? keep.count
      : typeof keep === "object" && "versions" in keep
        ? keep.versions
        : "all";
  if (count !== 1) return [];
  return [
    risk(
      "retention/only-one",
      `${at}.keep`,
      {
        message: `of "${name}" only the newest is kept: what was damaged before the last run has no good copy`,
        arithmetic: "1 kept; damage that a run has copied needs at least 2",
      },
      { sentence: "keep 2 or more" },
    ),
  ];
}

/** Locked for at least so long, what somebody deletes is missed before it is gone. */
const noticed = 7;

/**
 * A bucket's lock is no longer than what is kept shortest in it, so what is kept longer has a lock for part of its
 * time only; then its policy and the renewal of locks protect it. Said once for each bucket.
 */
function locks(plan: Plan, all: readonly Vault[], backups: readonly Placed[]): Finding[] {
  const buckets = new Map<string, { shortest: Placed; longest: Placed; vault: Vault }>();
  const vaults = new Map(all.map((vault) => [`${vault.site}/${vault.category}`, vault]));
  for (const placed of backups)
    for (const site of sitesOf(placed.backup)) {
      const key = `${site}/${placed.dataset.category}`;
      const vault = vaults.get(key);
      if (!vault || !supports(siteOf(plan, site), "object-lock")) continue;
      const known = buckets.get(key);
      const [least, most] = [keptDays(placed.backup.keep).least, keptDays(placed.backup.keep).most];
      buckets.set(key, {
        vault,
        shortest: known && keptDays(known.shortest.backup.keep).least <= least ? known.shortest : placed,
        longest: known && keptDays(known.longest.backup.keep).most >= most ? known.longest : placed,
      });
    }
  return [...buckets.values()].flatMap(({ vault, shortest, longest }) => {
    const most = keptDays(longest.backup.keep).most;
    if (most <= vault.lockDays) return [];
    const said = {
      message: `${longest.backup.kind} backups of "${longest.name}" in ${vault.bucket} are locked for ${vault.lockDays} of ${Number.isFinite(most) ? `their ${most} days` : "the days they are kept"}; after that only its policy protects them`,
      arithmetic: `the lock is the shortest keep in the bucket, so that nothing outlives its retention: ${shortest.at}.keep, ${vault.lockDays}d`,
    };
    const at = `${shortest.at}.keep`;
    return vault.lockDays >= noticed
      ? [holds("retention/lock", at, said)]
      : [
          risk("retention/lock", at, said, {
            sentence: `keep these for at least ${noticed} days, or give them a category of their own`,
          }),
        ];
  });
}

/** By derivation: current objects never expire, and superseded ones outlast retention and lock. */
function lifecycle(vaults: readonly Vault[]): Finding[] {
  const [longest] = vaults.toSorted((a, b) => b.noncurrentDays - a.noncurrentDays);
  if (!longest) return [];
  return [
    holds("retention/lifecycle", "datasets", {
      message: `in ${vaults.length} buckets no rule ever removes a current object, so tool repositories stay whole`,
      arithmetic: `superseded versions go after retention and lock together, at the most ${longest.noncurrentDays} days in ${longest.bucket} (lock ${longest.lockDays})`,
    }),
  ];
}
