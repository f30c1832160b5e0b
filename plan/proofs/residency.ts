import { keptDatasets } from "../datasets.js";
import { jurisdictionOf } from "../jurisdictions.js";
import type { KeptDataset, Plan } from "../schema/index.js";
import { standbySites } from "../sites.js";
import type { Finding, PatchStep, Proof } from "./finding.js";
import { broken, holds, listed, restoresAlone } from "./holdings.js";
import { addedSite, takesCopies, whyNotAt } from "./lawful.js";
import { pointer } from "./patched.js";
import { keysInside, recoveriesInside, servicesInside } from "./residency-in-use.js";

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

/** Each copy outside moves to a site inside, so that there are as many as before. */
function copies(plan: Plan, name: string, dataset: KeptDataset): Finding[] {
  return dataset.backups.flatMap((backup, index) => {
    if (backup.kind === "replica") return [];
    const at = `datasets.${name}.backups[${index}]`;
    const held = new Set([...backup.direct, ...backup.replicated]);
    const wrong = [...held].flatMap((site) => {
      const why = whyNotAt(plan, dataset, site);
      return why ? [{ site, why }] : [];
    });
    if (wrong.length === 0) return [];
    const inside = Object.keys(plan.sites).filter(
      (site) =>
        !held.has(site) &&
        !whyNotAt(plan, dataset, site) &&
        (takesCopies(plan, site) || site === dataset.at) &&
        (backup.kind !== "versions" || plan.sites[site]?.kind !== "media"),
    );
    const steps: PatchStep[] = [];
    const instead = new Map<string, string>();
    let grown = plan;
    for (const { site } of wrong) {
      let other = inside.shift();
      if (other === undefined) {
        const added = addedSite(grown, dataset, false);
        grown = { ...grown, sites: { ...grown.sites, [added.name]: added.site } };
        steps.push({ op: "add", path: pointer("sites", added.name), value: added.site });
        other = added.name;
      }
      instead.set(site, other);
    }
    const isMedium = (site: string) => grown.sites[site]?.kind === "media";
    const direct = backup.direct.map((site) => instead.get(site) ?? site);
    const replicated = backup.replicated.map((site) => instead.get(site) ?? site);
    // A medium is written to later; where nothing else is left, the job writes where the data lives, which is inside.
    const now = direct.filter((site) => !isMedium(site));
    const later = [...replicated, ...direct.filter(isMedium)].filter((site) => site !== dataset.at);
    return [
      broken(
        "residency/copies",
        at,
        {
          message: `${restoresAlone(backup) ? "copies" : "log"} of "${name}" at ${listed(wrong.map(({ site }) => site))} ${wrong.length > 1 ? "are" : "is"} outside of where it may be`,
          arithmetic: wrong.map(({ site, why }) => `${site}: ${why}`).join("; "),
        },
        {
          sentence: `write to ${listed([...instead.values()])} instead`,
          patch: [
            ...steps,
            {
              op: "replace",
              path: pointer("datasets", name, "backups", index, "direct"),
              value: now.length > 0 ? now : [dataset.at],
            },
            { op: "replace", path: pointer("datasets", name, "backups", index, "replicated"), value: later },
          ],
        },
      ),
    ];
  });
}

function replicas(plan: Plan, name: string, dataset: KeptDataset): Finding[] {
  return dataset.backups.flatMap((backup, index) => {
    const why = backup.kind === "replica" ? whyNotAt(plan, dataset, backup.to) : undefined;
    if (backup.kind !== "replica" || !why) return [];
    const other = standbySites(plan).find((site) => !whyNotAt(plan, dataset, site)) ?? dataset.at;
    return [
      broken(
        "residency/replica",
        `datasets.${name}.backups[${index}].to`,
        {
          message: `the replica of "${name}" at "${backup.to}" is outside of where it may be`,
          arithmetic: why,
        },
        {
          sentence: `let it follow at "${other}"`,
          patch: [{ op: "replace", path: pointer("datasets", name, "backups", index, "to"), value: other }],
        },
      ),
    ];
  });
}
