import type { KeptDataset, Plan } from "../../schema/index.js";
import { liesIn, type Whereabouts, whereabouts } from "./residency-atlas.js";

/**
 * Where data that is bound to a place gets out of it, by looking at the plan and an atlas alone: written from the words
 * of requirement D13 and knowing nothing of the proofs.
 */

type Bound = readonly [string, KeptDataset];

const keptIn = (plan: Plan): Bound[] =>
  Object.entries(plan.datasets).flatMap(([name, data]) =>
    data.kind === "rebuildable" ? [] : [[name, data]],
  );
const boundIn = (plan: Plan): Bound[] =>
  keptIn(plan).filter(([, { residency, regional }]) => residency !== undefined || regional);

const at = (plan: Plan, site: string): Whereabouts => {
  const found = plan.sites[site];
  if (!found) throw new Error(`no site "${site}"`);
  return whereabouts(found);
};

/** What a plan is refused for before anything is proved: a site that lies about its law, data that lives outside. */
export function refusals(plan: Plan): string[] {
  const lies = Object.entries(plan.sites).flatMap(([name, site]) => {
    const { known } = whereabouts(site);
    const lying =
      known !== undefined && site.jurisdiction !== undefined && !liesIn(known, [site.jurisdiction]);
    return lying ? [`sites.${name}.jurisdiction`] : [];
  });
  const outside = keptIn(plan).flatMap(([name, { residency, at: home }]) => {
    // Where a site lies about its law, what it says is taken for true, and the lie is what is refused.
    const law = lies.includes(`sites.${home}.jurisdiction`)
      ? plan.sites[home]?.jurisdiction
      : at(plan, home).law;
    return residency && law !== undefined && !liesIn(law, residency) ? [`datasets.${name}.residency`] : [];
  });
  return [...lies, ...outside].toSorted();
}

/** Whether a dataset's laws allow it to be somewhere. */
const isLawful = ({ residency }: KeptDataset, { law }: Whereabouts): boolean =>
  residency === undefined || (law !== undefined && liesIn(law, residency));

/** What is regional leaves its region only to lie still, and under the law of its home. */
function mayLieAt(plan: Plan, dataset: KeptDataset, site: string): boolean {
  const [home, there] = [at(plan, dataset.at), at(plan, site)];
  if (!isLawful(dataset, there)) return false;
  if (!dataset.regional || there.place === home.place) return true;
  const laws = dataset.residency ?? (home.called === undefined ? [] : [home.called]);
  return there.law !== undefined && liesIn(there.law, laws);
}

const mayBeAt = (plan: Plan, dataset: KeptDataset, site: string): boolean =>
  mayLieAt(plan, dataset, site) &&
  (!dataset.regional || !at(plan, site).runs || at(plan, site).place === at(plan, dataset.at).place);

const named = (what: string, names: readonly string[]): string[] =>
  names.length > 0 ? [[what, ...new Set(names)].join(" ")] : [];

/** Every way out of its places that some data of a plan has: rule, place in the plan, and the sites or data concerned. */
export const leaks = (plan: Plan): string[] =>
  [
    ...boundIn(plan).flatMap(([name, dataset]) => [
      ...(isLawful(dataset, at(plan, dataset.at)) ? [] : [`residency/home datasets.${name}.at`]),
      ...stored(plan, name, dataset),
      ...(waits(plan, dataset)
        ? [`residency/restore datasets.${name}.${dataset.regional ? "regional" : "residency"}`]
        : []),
    ]),
    ...served(plan),
    ...drilled(plan),
    ...opened(plan),
  ].toSorted();

function stored(plan: Plan, name: string, dataset: KeptDataset): string[] {
  return dataset.backups.flatMap((backup, index) => {
    const place = `datasets.${name}.backups[${index}]`;
    if (backup.kind === "replica")
      return mayBeAt(plan, dataset, backup.to) ? [] : [`residency/replica ${place}.to`];
    const out = (sites: readonly string[]) => sites.filter((site) => !mayBeAt(plan, dataset, site));
    return named(`residency/copies ${place}`, [...out(backup.direct), ...out(backup.replicated)].toSorted());
  });
}

function served(plan: Plan): string[] {
  const primary = Object.keys(plan.sites).filter((name) => {
    const site = plan.sites[name];
    return site && "role" in site && site.role === "primary";
  });
  return Object.entries(plan.services).flatMap(([service, { needs, at: sites = primary }]) =>
    named(
      `residency/service services.${service}.at`,
      sites
        .filter((site) =>
          boundIn(plan).some(([name, data]) => needs.includes(name) && !mayBeAt(plan, data, site)),
        )
        .toSorted(),
    ),
  );
}

/** Where a dataset can be restored besides where it lives. */
const others = (plan: Plan, dataset: KeptDataset): string[] =>
  Object.keys(plan.sites).filter((site) => at(plan, site).runs && site !== dataset.at);

/** Whether, once its region is lost, it can be restored nowhere that is left, though nobody accepts that. */
function waits(plan: Plan, dataset: KeptDataset): boolean {
  const { rpoBy } = (dataset.class && plan.objectives.classes[dataset.class]) || plan.objectives;
  if (plan.objectives.rto.region === undefined || typeof rpoBy.region === "object") return false;
  const all = others(plan, dataset);
  return (
    all.length > 0 &&
    !all.some((site) => at(plan, site).place !== at(plan, dataset.at).place && mayBeAt(plan, dataset, site))
  );
}

/** A region's drill restores all that it names somewhere else. */
function drilled(plan: Plan): string[] {
  const outside = boundIn(plan).flatMap(([name, dataset]) => {
    const all = others(plan, dataset);
    return all.length > 0 && !all.some((site) => mayBeAt(plan, dataset, site)) ? [name] : [];
  });
  return plan.drills.flatMap(({ kind, datasets }, index) =>
    kind === "region" || kind === "full"
      ? named(
          `residency/drills drills[${index}]`,
          outside.filter((name) => !datasets || datasets.includes(name)).toSorted(),
        )
      : [],
  );
}

/** Whoever uses a key somewhere can read there all that it opens. */
function opened(plan: Plan): string[] {
  const ownerOf = (category: string): string => {
    const shared = plan.keys.categories[category]?.sharedWith;
    return shared === undefined ? category : ownerOf(shared);
  };
  const opens = (category: string) =>
    boundIn(plan).filter(([, data]) => ownerOf(data.category) === ownerOf(category));
  const stated = Object.entries(plan.keys.categories).flatMap(([category, { at: sites = [] }]) =>
    named(
      `residency/keys keys.categories.${category}.at`,
      sites.filter((site) => opens(category).some(([, data]) => !mayLieAt(plan, data, site))).toSorted(),
    ),
  );
  const held = ({ backups }: KeptDataset) =>
    backups.flatMap((backup) => (backup.kind === "replica" ? [] : [...backup.direct, ...backup.replicated]));
  const brought = boundIn(plan).flatMap(([name, data]) => {
    // A key is where copies of its categories are, unless somebody says where it is.
    const reaches = keptIn(plan).flatMap(([, other]) =>
      ownerOf(other.category) === ownerOf(data.category) &&
      plan.keys.categories[other.category]?.at === undefined
        ? held(other)
        : [],
    );
    const own = held(data);
    return named(
      `residency/keys datasets.${name}.category`,
      reaches.filter((site) => !own.includes(site) && !mayLieAt(plan, data, site)).toSorted(),
    );
  });
  return [...stated, ...brought];
}
