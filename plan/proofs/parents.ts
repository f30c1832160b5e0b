import type { Backup, KeptDataset, PhysicalBackup, Plan, StoredBackup } from "../schema/index.js";
import { humanSeconds, seconds } from "../units.js";
import type { Finding, PatchStep } from "./finding.js";
import { broken, daysOf, listed, sitesOf } from "./holdings.js";
import { isLink, linkOf } from "./rpo/chain.js";
import { stepsOf } from "./rpo/draft.js";
import { daily } from "./rpo/faster.js";

/** A backup and its place in the plan. */
export interface Child {
  readonly name: string;
  readonly dataset: KeptDataset;
  readonly backup: StoredBackup;
  readonly at: string;
}

/** A child at a site whose full backup is there, but not at every moment. */
interface Gap {
  readonly site: string;
  /** How long each full backup there has to be kept, seconds; undefined where none is made by a clock. */
  readonly needed?: number;
  readonly fulls: readonly PhysicalBackup[];
}

/** An incremental or differential backup needs its full one, at the same site, for as long as it can be needed. */
export function parents(plan: Plan, { name, dataset, backup, at }: Child, asOf: Date): Finding[] {
  if (!isLink(backup)) return [];
  const of = { plan, asOf, name, dataset, backup, at };
  const without: string[] = [];
  const gaps: Gap[] = [];
  for (const site of sitesOf(backup)) {
    const { age, chain, needed } = linkOf(plan, dataset, backup, site, asOf);
    const { fulls } = chain;
    if (fulls.length === 0) without.push(site);
    else if (chain.oldest === undefined) gaps.push({ site, fulls });
    // What never comes about itself is said where its schedule is.
    else if (
      !("unbounded" in age) &&
      needed !== undefined &&
      fulls.some(({ keep }) => seconds(keep) < needed)
    )
      gaps.push({ site, fulls, needed });
  }
  return [...(without.length > 0 ? [absent(of, without)] : []), ...(gaps.length > 0 ? [gone(of, gaps)] : [])];
}

interface Of extends Child {
  readonly plan: Plan;
  readonly asOf: Date;
  readonly backup: PhysicalBackup;
}

function absent(of: Of, without: readonly string[]): Finding {
  const { name, dataset, backup, at } = of;
  const known = dataset.backups.findIndex((other) => other.kind === "physical" && other.type === "full");
  const backups = dataset.backups.map((other, index): Backup => {
    if (index !== known || other.kind !== "physical") return other;
    const more = (way: "direct" | "replicated") => [
      ...other[way],
      ...without.filter((site) => backup[way].includes(site)),
    ];
    return { ...other, direct: more("direct"), replicated: more("replicated") };
  });
  return broken(
    "retention/parents",
    at,
    {
      message: `${backup.type} backups of "${name}" at ${without.join(", ")} restore nothing: the full one beneath them is not there`,
      arithmetic: `${dataset.backups.filter((other) => other.kind === "physical" && other.type === "full").length} full backups, ${without.length} of ${sitesOf(backup).length} sites without one`,
    },
    {
      sentence:
        known >= 0
          ? `name ${without.join(", ")} in datasets.${name}.backups[${known}]`
          : 'add physical({ type: "full" }) at the same sites',
      patch: stepsTo(of, known >= 0 ? backups : [...backups, fullBeneath(backup)]),
    },
  );
}

function gone(of: Of, gaps: readonly Gap[]): Finding {
  const { name, dataset, backup, at } = of;
  const sites = listed(gaps.map(({ site }) => site));
  const fulls = [...new Set(gaps.flatMap((gap) => gap.fulls))];
  if (gaps.some(({ needed }) => needed === undefined))
    return broken(
      "retention/parents",
      at,
      {
        message: `${backup.type} backups of "${name}" at ${sites} restore nothing once their full one is gone, and no clock makes the next`,
        arithmetic: `${fulls.map((full) => `datasets.${name}.backups[${dataset.backups.indexOf(full)}], kept ${full.keep}`).join("; ")}: made by an event, which may be the last for a long time`,
      },
      {
        sentence:
          'add physical({ type: "full" }) on a schedule, and keep full backups for as long as what builds on them',
        patch: stepsTo(of, [...dataset.backups, fullBeneath(backup)]),
      },
    );
  const needed = Math.max(...gaps.map((gap) => gap.needed ?? 0));
  const kept = fulls.filter(({ keep }) => seconds(keep) < needed).map(({ keep }) => keep);
  return broken(
    "retention/parents",
    at,
    {
      message: `${backup.type} backups of "${name}" at ${sites} restore nothing once their full one is gone, which is before the next`,
      arithmetic: `the full one can be ${humanSeconds(needed)} old when the newest of them is needed; it is kept ${kept.join(", ")}`,
    },
    { sentence: `keep full backups "${daysOf(needed)}" or more`, patch: stepsTo(of, dataset.backups) },
  );
}

/** A full backup beside what builds on it: as often, or weekly where that is made by an event. */
const fullBeneath = (backup: PhysicalBackup): PhysicalBackup => ({
  ...backup,
  type: "full",
  schedule: backup.schedule.kind === "event" ? daily("30 4 * * 0", "systemd") : backup.schedule,
});

/** Steps to these backups, with each full one kept for as long as what builds on it needs. */
function stepsTo({ plan, name, dataset, backup, asOf }: Of, backups: readonly Backup[]): PatchStep[] {
  const changed = { ...dataset, backups: [...backups] } as KeptDataset;
  const needs = new Map<Backup, number>();
  for (const site of sitesOf(backup)) {
    const { chain, needed = 0 } = linkOf(plan, changed, backup, site, asOf);
    for (const full of chain.fulls) needs.set(full, Math.max(needed, needs.get(full) ?? 0));
  }
  const kept = backups.map((each): Backup => {
    const needed = needs.get(each) ?? 0;
    return each.kind === "physical" && seconds(each.keep) < needed ? { ...each, keep: daysOf(needed) } : each;
  });
  return stepsOf(plan, name, dataset, { backups: kept, sites: {}, sentence: "", effort: 0 });
}
