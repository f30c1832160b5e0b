import { keptDatasets } from "../datasets.js";
import type { KeptDataset, Plan } from "../schema/index.js";
import { standbySites } from "../sites.js";
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

/** Services are where the data is used. */
export function servicesInside(plan: Plan, bound: readonly Bound[]): Finding[] {
  const outside = new Map(bound.map(([name, dataset]) => [name, outsideOf(plan, dataset)]));
  return Object.entries(plan.services).flatMap(([service, { needs, at }]) => {
    if (!at) return [];
    const wrong = at.flatMap((site) =>
      needs.flatMap((name) => {
        const why = outside.get(name)?.(site);
        return why ? [{ site, name, why }] : [];
      }),
    );
    if (wrong.length === 0) return [];
    const left = at.filter((site) => !wrong.some((each) => each.site === site));
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
            ? { patch: [{ op: "replace", path: pointer("services", service, "at"), value: left }] }
            : {}),
        },
      ),
    ];
  });
}

/** What a recovery or a drill of a whole region restores has to have a standby where it may be. */
export function recoveriesInside(plan: Plan, bound: readonly Bound[]): Finding[] {
  const standbys = standbySites(plan);
  if (standbys.length === 0) return [];
  const nowhere = bound.flatMap(([name, dataset]) => {
    const others = standbys.filter((site) => site !== dataset.at);
    return others.some((site) => !whyNotAt(plan, dataset, site)) ? [] : [{ name, dataset }];
  });
  const names = new Set(nowhere.map(({ name }) => name));
  const promised = plan.objectives.rto.region !== undefined;
  return [
    ...(promised
      ? nowhere.map(({ name, dataset }): Finding => {
          const at = `datasets.${name}.${dataset.regional ? "regional" : "residency"}`;
          const arithmetic = standbys
            .map((site) => `${site}: ${whyNotAt(plan, dataset, site) ?? "it lives there"}`)
            .join("; ");
          return risk(
            "residency/restore",
            at,
            {
              message: `when its region is lost, "${name}" waits until the region is back: it may be restored at no standby`,
              arithmetic,
            },
            { sentence: "add a standby where it may be, or say in rpoBy.region that this is accepted" },
          );
        })
      : []),
    ...drills(plan, names),
  ];
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

/** A key that can be used outside opens the data there. */
export function keysInside(plan: Plan, bound: readonly Bound[]): Finding[] {
  const ofCategory = new Map<string, Bound[]>();
  for (const each of bound) {
    const known = ofCategory.get(each[1].category);
    if (known) known.push(each);
    else ofCategory.set(each[1].category, [each]);
  }
  return [...ofCategory].flatMap(([category, datasets]) => {
    const sites = plan.keys.categories[category]?.at;
    const wrong = (sites ?? []).flatMap((site) => {
      for (const [name, dataset] of datasets) {
        const why = whyNotAt(plan, { ...dataset, regional: false }, site);
        if (why) return [{ site, name, why }];
      }
      return [];
    });
    if (!sites || wrong.length === 0) return [];
    const left = sites.filter((site) => !wrong.some((each) => each.site === site));
    const path = pointer("keys", "categories", category, "at");
    return [
      broken(
        "residency/keys",
        `keys.categories.${category}.at`,
        {
          message: `the key of "${category}" can be used at ${listed(wrong.map(({ site }) => site))}, outside of where the data may be`,
          arithmetic: wrong.map(({ site, name, why }) => `${site}, for "${name}": ${why}`).join("; "),
        },
        {
          sentence:
            left.length > 0
              ? `use it at ${listed(left)} only`
              : "leave at out: the key is then where the copies are",
          patch: [left.length > 0 ? { op: "replace", path, value: left } : { op: "remove", path }],
        },
      ),
    ];
  });
}
