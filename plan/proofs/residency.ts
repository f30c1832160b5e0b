import { keptDatasets } from "../datasets.js";
import { jurisdictionOf } from "../jurisdictions.js";
import type { KeptDataset, Plan, Site } from "../schema/index.js";
import { siteOf, standbySites } from "../sites.js";
import type { Finding, PatchStep, Proof } from "./finding.js";
import { broken, holdingsOf, holds, isLog, listed, sitesOf } from "./holdings.js";
import { addedSite, takesCopies, whyNotAt } from "./lawful.js";
import { pointer } from "./patched.js";
import { recoveriesInside, servicesInside } from "./residency-in-use.js";
import { keysInside } from "./residency-of-keys.js";

/**
 * Data that has to stay somewhere stays there: where it lives, in every copy and replica, where services use it, where
 * a recovery or a drill would restore it, and where its keys can be used.
 */
export const residency: Proof = (plan) => {
  const bound = keptDatasets(plan).filter(([, dataset]) => dataset.residency || dataset.regional);
  if (bound.length === 0) return [];
  const found = bound.flatMap(([name, dataset]) => [
    ...home(plan, name, dataset),
    ...copies(plan, name, dataset),
    ...replicas(plan, name, dataset),
  ]);
  const broke = [
    ...found,
    ...servicesInside(plan, bound),
    ...recoveriesInside(plan, bound),
    ...keysInside(plan, bound),
  ];
  return broke.some(({ severity }) => severity === "error")
    ? broke
    : [
        ...broke,
        holds("residency/held", "datasets", {
          message: `${bound.length} datasets stay where they have to: ${listed(bound.map(([name]) => name))}`,
          arithmetic: "home, copies, replicas, services, recoveries, drills and keys: none of them outside",
        }),
      ];
};

function home(plan: Plan, name: string, dataset: KeptDataset): Finding[] {
  const why = whyNotAt(plan, dataset, dataset.at);
  if (!why) return [];
  const lawful = Object.keys(plan.sites).find(
    (site) => "role" in (plan.sites[site] ?? {}) && !whyNotAt(plan, { ...dataset, at: site }, site),
  );
  const unstated = jurisdictionOf(plan, dataset.at) === undefined;
  return [
    broken(
      "residency/home",
      `datasets.${name}.at`,
      { message: `"${name}" lives at "${dataset.at}", outside of where it may be`, arithmetic: why },
      {
        sentence: unstated
          ? `state sites.${dataset.at}.jurisdiction`
          : lawful
            ? `let it live at "${lawful}"`
            : "add a site where it may be",
      },
    ),
  ];
}

/** Each site outside gives way to one inside, in all backups alike: log and its base stay together. */
function copies(plan: Plan, name: string, dataset: KeptDataset): Finding[] {
  const held = new Set(holdingsOf(dataset).map(({ site }) => site));
  const wrong = new Map(
    [...held].flatMap((site) => {
      const why = whyNotAt(plan, dataset, site);
      return why ? [[site, why] as const] : [];
    }),
  );
  if (wrong.size === 0) return [];
  const { steps, instead } = moved(plan, name, dataset, [...wrong.keys()], held);
  return dataset.backups.flatMap((backup, index) => {
    if (backup.kind === "replica") return [];
    const here = sitesOf(backup).filter((site) => wrong.has(site));
    if (here.length === 0) return [];
    const others = here.flatMap((site) => instead.get(site) ?? []);
    return [
      broken(
        "residency/copies",
        `datasets.${name}.backups[${index}]`,
        {
          message: `${isLog(backup) ? "log" : "copies"} of "${name}" at ${listed(here)} ${here.length > 1 ? "are" : "is"} outside of where it may be`,
          arithmetic: here.map((site) => `${site}: ${wrong.get(site)}`).join("; "),
        },
        {
          sentence: steps ? `write to ${listed(others)} instead` : first(plan, dataset),
          ...(steps ? { patch: steps } : {}),
        },
      ),
    ];
  });
}

/** What has to be done before copies can be moved. */
function first(plan: Plan, { at }: KeptDataset): string {
  if (jurisdictionOf(plan, at) === undefined) return `first state sites.${at}.jurisdiction`;
  return "add a site where it may be, and write there instead";
}

/** As many copies as before, all of them inside; no steps where a job would be left without a place to write to. */
function moved(
  plan: Plan,
  name: string,
  dataset: KeptDataset,
  wrong: readonly string[],
  held: ReadonlySet<string>,
): { readonly steps: readonly PatchStep[] | undefined; readonly instead: ReadonlyMap<string, string> } {
  const steps: PatchStep[] = [];
  const instead = new Map<string, string>();
  // Only a bucket keeps versions of objects.
  const isVersioned = dataset.backups.some(
    (backup) => backup.kind === "versions" && sitesOf(backup).some((site) => wrong.includes(site)),
  );
  const holds = (site: Site | undefined) =>
    !isVersioned || site?.kind === "object-store" || site?.kind === "aws-region";
  const inside = Object.keys(plan.sites).filter(
    (site) =>
      !held.has(site) && takesCopies(plan, site) && holds(plan.sites[site]) && !whyNotAt(plan, dataset, site),
  );
  let grown = plan;
  for (const site of wrong) {
    let other = inside.shift();
    if (other === undefined) {
      const added = addedSite(grown, dataset, false);
      grown = { ...grown, sites: { ...grown.sites, [added.name]: added.site } };
      if (!holds(added.site) || whyNotAt(grown, dataset, added.name)) return { steps: undefined, instead };
      steps.push({ op: "add", path: pointer("sites", added.name), value: added.site });
      other = added.name;
    }
    instead.set(site, other);
  }
  const isMedium = (site: string) => grown.sites[site]?.kind === "media";
  const canStayHome = !whyNotAt(plan, dataset, dataset.at);
  for (const [index, backup] of dataset.backups.entries()) {
    if (backup.kind === "replica" || !sitesOf(backup).some((site) => instead.has(site))) continue;
    const direct = backup.direct.map((site) => instead.get(site) ?? site);
    const replicated = backup.replicated.map((site) => instead.get(site) ?? site);
    // A medium is written to later; where nothing else is left, the job writes where the data lives.
    const now = direct.filter((site) => !isMedium(site));
    if (now.length === 0 && !canStayHome) return { steps: undefined, instead };
    const written = now.length > 0 ? now : [dataset.at];
    const later = [...replicated, ...direct.filter(isMedium)].filter((site) => !written.includes(site));
    steps.push(
      { op: "replace", path: pointer("datasets", name, "backups", index, "direct"), value: written },
      { op: "replace", path: pointer("datasets", name, "backups", index, "replicated"), value: later },
    );
  }
  return { steps, instead };
}

function replicas(plan: Plan, name: string, dataset: KeptDataset): Finding[] {
  return dataset.backups.flatMap((backup, index) => {
    const why = backup.kind === "replica" ? whyNotAt(plan, dataset, backup.to) : undefined;
    if (backup.kind !== "replica" || !why) return [];
    // A cloud region is many buildings: where no standby will do, a second server beside the first is the least.
    const beside = siteOf(plan, dataset.at).kind === "aws-region" ? [dataset.at] : [];
    const apart = standbySites(plan).filter((site) => site !== dataset.at);
    const other = [...apart, ...beside].find((site) => !whyNotAt(plan, dataset, site));
    return [
      broken(
        "residency/replica",
        `datasets.${name}.backups[${index}].to`,
        {
          message: `the replica of "${name}" at "${backup.to}" is outside of where it may be`,
          arithmetic: why,
        },
        other === undefined
          ? { sentence: "add a standby where it may be" }
          : {
              sentence: `let it follow at "${other}"`,
              patch: [
                { op: "replace", path: pointer("datasets", name, "backups", index, "to"), value: other },
              ],
            },
      ),
    ];
  });
}
