import { keptDatasets } from "../datasets.js";
import { rpoObjective } from "../objectives.js";
import type { KeptDataset, Plan } from "../schema/index.js";
import { domainsOf, primarySite, servingSites } from "../sites.js";
import type { Finding } from "./finding.js";
import { broken, listed, risk } from "./holdings.js";
import { whyNotAt } from "./lawful.js";
import { pointer } from "./patched.js";

/** A dataset that has to stay somewhere, by name. */
export type Bound = readonly [string, KeptDataset];

/** Says of each site of the plan, once asked, why a dataset may not be there. */
function outsideOf(plan: Plan, dataset: KeptDataset): (site: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (site) => {
    if (!known.has(site)) known.set(site, whyNotAt(plan, dataset, site));
    return known.get(site);
  };
}

/** Services are where the data is used; one that names no site runs at the primary. */
export function servicesInside(plan: Plan, bound: readonly Bound[]): Finding[] {
  const outside = new Map(bound.map(([name, dataset]) => [name, outsideOf(plan, dataset)]));
  const serving = new Set(servingSites(plan).map(([name]) => name));
  return Object.entries(plan.services).flatMap(([service, { needs, at: named }]) => {
    const at = named ?? [primarySite(plan)];
    const wrong = at.flatMap((site) =>
      needs.flatMap((name) => {
        const why = outside.get(name)?.(site);
        return why ? [{ site, name, why }] : [];
      }),
    );
    if (wrong.length === 0) return [];
    const mayAll = (site: string) => needs.every((name) => !outside.get(name)?.(site));
    const inside = at.filter(mayAll);
    // Where some of the data lives it can be used as well.
    const [home] = homesOf(plan, needs).filter((site) => serving.has(site) && mayAll(site));
    const left = inside.length > 0 || home === undefined ? inside : [home];
    return [
      broken(
        "residency/service",
        `services.${service}.at`,
        {
          message: `"${service}" uses ${listed([...new Set(wrong.map(({ name }) => name))])} outside of where it may be`,
          arithmetic: wrong.map(({ site, name, why }) => `${name} at ${site}: ${why}`).join("; "),
        },
        {
          sentence:
            left.length > 0
              ? `run it at ${listed(left)} only`
              : "run it where the data may be, or let it need other data",
          ...(left.length > 0
            ? { patch: [{ op: "add", path: pointer("services", service, "at"), value: left }] }
            : {}),
        },
      ),
    ];
  });
}

const homesOf = (plan: Plan, names: readonly string[]): string[] =>
  names.flatMap((name) => {
    const data = plan.datasets[name];
    return data && data.kind !== "rebuildable" ? [data.at] : [];
  });

/** What a recovery or a drill of a whole region restores has to have a standby where it may be. */
export function recoveriesInside(plan: Plan, bound: readonly Bound[]): Finding[] {
  const nowhere = new Set<string>();
  const waiting: Finding[] = [];
  for (const [name, dataset] of bound) {
    const others = servingSites(plan).flatMap(([site]) =>
      site === dataset.at ? [] : [{ site, why: whyNotAt(plan, dataset, site) }],
    );
    if (others.length === 0) continue;
    if (others.every(({ why }) => why !== undefined)) nowhere.add(name);
    const { region } = domainsOf(plan, dataset.at);
    const elsewhere = others.map(({ site, why }) => ({
      ...{
        site,
        why: why ?? (domainsOf(plan, site).region === region ? `it is lost with ${region}` : undefined),
      },
    }));
    const isPromised =
      plan.objectives.rto.region !== undefined && typeof rpoObjective(plan, dataset, "region") !== "object";
    if (isPromised && elsewhere.every(({ why }) => why !== undefined))
      waiting.push(
        risk(
          "residency/restore",
          `datasets.${name}.${dataset.regional ? "regional" : "residency"}`,
          {
            message: `when its region is lost, "${name}" waits until the region is back: it may be restored at no standby`,
            arithmetic: elsewhere.map(({ site, why }) => `${site}: ${why}`).join("; "),
          },
          { sentence: "add a standby where it may be, or say in rpoBy.region that this is accepted" },
        ),
      );
  }
  return [...waiting, ...drills(plan, nowhere)];
}

/** Drills that take over a region name what they restore, and leave out what may not be restored there. */
function drills(plan: Plan, nowhere: ReadonlySet<string>): Finding[] {
  if (nowhere.size === 0) return [];
  const all = keptDatasets(plan).map(([name]) => name);
  return plan.drills.flatMap((drill, index) => {
    if (drill.kind !== "region" && drill.kind !== "full") return [];
    const wrong = (drill.datasets ?? all).filter((name) => nowhere.has(name));
    if (wrong.length === 0) return [];
    const left = (drill.datasets ?? all).filter((name) => !nowhere.has(name));
    return [
      broken(
        "residency/drills",
        `drills[${index}]`,
        {
          message: `the ${drill.kind} drill would restore ${listed(wrong)} where the data may not be`,
          arithmetic: `${wrong.length} of ${(drill.datasets ?? all).length} datasets have no standby where they may be`,
        },
        {
          sentence: "name in datasets only what may be restored at a standby",
          patch: [{ op: "add", path: pointer("drills", index, "datasets"), value: left }],
        },
      ),
    ];
  });
}
