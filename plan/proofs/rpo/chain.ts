import { storedBackups } from "../../datasets.js";
import type { KeptDataset, PhysicalBackup, Plan, PointBackup, StoredBackup } from "../../schema/index.js";
import { type Age, type PointAges, pointAges } from "./runs.js";
import { sumOf, type Term } from "./terms.js";
import { onItsWay, wayTo } from "./ways.js";

/** What incremental and differential backups at a site may build on. */
export interface Chain {
  /** Full backups there: whichever was complete last is the parent, so each of them has to be good for one. */
  readonly fulls: readonly PhysicalBackup[];
  /** How old the newest complete one can be when something is built on it, seconds; undefined where no clock says. */
  readonly oldest?: number;
  /** The longest that one of them is on its way after its job's end, seconds. */
  readonly way: number;
}

/** Whether it restores only together with a full backup. */
export const isLink = (backup: StoredBackup): backup is PhysicalBackup =>
  backup.kind === "physical" && backup.type !== "full";

/** Whether a backup is at a site in the end. */
export const isAt = ({ direct, replicated }: StoredBackup, site: string): boolean =>
  direct.includes(site) || replicated.includes(site);

/** Full backups of a dataset at a site; `points` says how old a job's newest can be. */
export function chainAt(plan: Plan, dataset: KeptDataset, site: string, points: PointAges): Chain {
  const fulls = storedBackups(dataset).flatMap((backup) =>
    backup.kind === "physical" && backup.type === "full" && isAt(backup, site) ? [backup] : [],
  );
  const ages = fulls.flatMap((full) => {
    const age = points(full);
    return full.schedule.kind === "event" || "unbounded" in age ? [] : [sumOf(age.terms)];
  });
  return {
    fulls,
    way: Math.max(0, ...fulls.map((full) => sumOf(wayTo(plan, full, site)))),
    ...(ages.length > 0 ? { oldest: Math.min(...ages) } : {}),
  };
}

/** An incremental or differential backup at a site, with the full ones there that it may build on. */
export interface Link {
  /** How old the newest can be whose full backup has arrived too. */
  readonly age: Age;
  readonly chain: Chain;
  /** How long a full backup has to be kept for it, seconds; undefined where that cannot be said. */
  readonly needed?: number;
}

/** What an incremental or differential backup needs beneath it at a site; see `chainAt`. */
export const linkOf = (
  plan: Plan,
  dataset: KeptDataset,
  backup: PointBackup,
  site: string,
  asOf: Date,
): Link => linkAt(plan, dataset, backup, site, pointAges(plan, dataset, asOf));

/**
 * The newest that can be used hangs on a full one that has arrived. While a newer full one is on its way, what was
 * started since it was complete waits for it, so the longer of both ways counts: that of the full one from its end,
 * which is before the run's start, or the run's own with its duration.
 */
export function linkAt(
  plan: Plan,
  dataset: KeptDataset,
  backup: PointBackup,
  site: string,
  points: PointAges,
): Link {
  const chain = chainAt(plan, dataset, site, points);
  const own = onItsWay(plan, backup, site, points(backup));
  if ("unbounded" in own) return { age: own, chain };
  const afterStart = own.terms.filter(({ name }) => sinceStart.has(name));
  const waits: Term = {
    name: "parent",
    seconds: Math.max(0, chain.way - sumOf(afterStart)),
    what: "until the full backup beneath it has arrived too",
  };
  const terms = [...own.terms, waits];
  // One that was made right before the next full one was complete is needed for so long.
  return {
    ...{ age: { terms }, chain },
    ...(chain.oldest === undefined ? {} : { needed: chain.oldest + sumOf(terms) }),
  };
}

/** Terms of what passes after a run has started. */
const sinceStart: ReadonlySet<Term["name"]> = new Set([
  ...(["deadline", "upload", "replication", "transfer", "transit"] as const),
]);
