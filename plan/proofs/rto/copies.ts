import type { Recovery } from "../../derive/phases.js";
import { jurisdictionAt, liesWithin } from "../../jurisdictions.js";
import type { Backup, BackupOf, Disaster, KeptDataset, Plan, Replica, Site } from "../../schema/index.js";
import { domainsOf, servingSites, siteOf } from "../../sites.js";
import type { PatchStep } from "../finding.js";
import { patched, pointer } from "../patched.js";
import { replicates } from "../stores.js";
import { addedStore, freeName } from "./added-sites.js";
import type { Change } from "./change.js";

/** A copy of each of these at a site that is left and answers at once; one site for all of them if one will do. */
export function addedCopies(
  plan: Plan,
  names: readonly string[],
  lost: (dataset: Pick<KeptDataset, "at">, site: string) => boolean,
  disaster: Disaster,
): Change[] {
  const kept = names.flatMap((name) => {
    const dataset = plan.datasets[name];
    return dataset && dataset.kind !== "rebuildable" && !dataset.regional ? [{ name, dataset }] : [];
  });
  if (kept.length === 0) return [];
  const suits = (site: string, dataset: KeptDataset) =>
    !lost(dataset, site) && answersAtOnce(siteOf(plan, site)) && mayBe(siteOf(plan, site), dataset);
  const sites = Object.keys(plan.sites).filter((site) => kept.every(({ dataset }) => suits(site, dataset)));
  const existing = sites.map((site) => copiesAt(plan, kept, site, []));
  const added = addedStore(plan, kept, disaster);
  return [...existing, ...(added ? [copiesAt(plan, kept, added.name, added.steps)] : [])].flatMap((change) =>
    change ? [change] : [],
  );
}

interface Named {
  readonly name: string;
  readonly dataset: KeptDataset;
}

/** The store copies it there by itself where it does so; elsewhere the job writes there too. */
function copiesAt(
  plan: Plan,
  kept: readonly Named[],
  site: string,
  before: readonly PatchStep[],
): Change | undefined {
  const grown = patched(plan, before);
  const target = siteOf(grown, site);
  const steps = kept.flatMap(({ name, dataset }) =>
    dataset.backups.flatMap((backup, index): PatchStep[] => {
      if (backup.kind === "replica" || [...backup.direct, ...backup.replicated].includes(site)) return [];
      const [first] = backup.direct;
      const follows = first !== undefined && replicates(siteOf(grown, first), target);
      // A bucket's own versions are where the bucket is; elsewhere a job writes a copy of it.
      if (backup.kind === "versions" && !follows)
        return [
          { op: "add", path: `${pointer("datasets", name, "backups")}/-`, value: copyOf(backup, site) },
        ];
      const way = follows ? "replicated" : "direct";
      return [{ op: "add", path: pointer("datasets", name, "backups", index, way, "-"), value: site }];
    }),
  );
  if (steps.length === 0) return undefined;
  return {
    sentence: `${before.length > 0 ? `add a site "${site}" and keep` : "keep"} copies of ${kept.map(({ name }) => name).join(", ")} ${before.length > 0 ? "there" : `at "${site}"`}`,
    steps: [...before, ...steps],
  };
}

const copyOf = ({ keep }: BackupOf<"versions">, site: string): Backup => ({
  kind: "copy",
  schedule: { kind: "interval", every: "1d", runner: "systemd", deadline: "1h" },
  ...{ keep, direct: [site], replicated: [] },
});

const answersAtOnce = (site: Site): boolean =>
  site.kind === "aws-region" || (site.kind === "object-store" && site.tier === "standard");

/** Whether a dataset may be at a site; where nothing says whose law applies there, what has a residency may not. */
const mayBe = (site: Site, { residency }: KeptDataset): boolean => {
  const law = jurisdictionAt(site);
  return residency === undefined || (law !== undefined && liesWithin(law, residency));
};

/** A second medium like one that has to be fetched, with the same on it, where it is needed. */
export function mediumAt(plan: Plan, name: string, target: string): Change[] {
  const site = plan.sites[name];
  if (site?.kind !== "media") return [];
  const { region: location } = domainsOf(plan, target);
  const added = freeName(plan, `${name.slice(0, 24)}-near`);
  const steps = Object.entries(plan.datasets).flatMap(([dataset, spec]) =>
    spec.kind === "rebuildable"
      ? []
      : spec.backups.flatMap((backup, index): PatchStep[] =>
          backup.kind !== "replica" && [...backup.direct, ...backup.replicated].includes(name)
            ? [
                {
                  op: "add",
                  path: pointer("datasets", dataset, "backups", index, "replicated", "-"),
                  value: added,
                },
              ]
            : [],
        ),
  );
  return [
    {
      sentence: `keep a second medium like "${name}" at ${location}, as site "${added}"`,
      steps: [{ op: "add", path: pointer("sites", added), value: { ...site, location } }, ...steps],
    },
  ];
}

/** A following server for each database that is too slow to restore, where its own disaster does not reach. */
export function addedReplicas(plan: Plan, scope: string, bad: readonly Recovery[]): Change[] {
  const restored = new Set(
    scope === "database"
      ? bad.filter(({ to }) => to === undefined).map(({ subject }) => subject)
      : Object.keys(plan.datasets),
  );
  const target = bad.find(({ to }) => to !== undefined)?.to;
  const found = [...restored].flatMap((name) => {
    const dataset = plan.datasets[name];
    if (dataset?.kind !== "postgres" && dataset?.kind !== "mysql") return [];
    if (scope !== "database" && dataset.backups.some(({ kind }) => kind === "replica")) return [];
    const to = placeFor(plan, dataset, scope === "database" ? undefined : target);
    const value: Replica | undefined = to === undefined ? undefined : { ...follower, to };
    return value ? [{ name, to, value }] : [];
  });
  if (found.length === 0 || (scope === "database" && found.length < restored.size)) return [];
  return [
    {
      sentence: `add a replica of ${found.map(({ name, to }) => `"${name}" at "${to}"`).join(", ")}`,
      steps: found.map(({ name, value }) => ({
        ...{ op: "add", path: pointer("datasets", name, "backups", "-"), value },
      })),
    },
  ];
}

const follower = { kind: "replica", lag: "1m", synchronous: false } as const;

function placeFor(plan: Plan, dataset: KeptDataset, wanted: string | undefined): string | undefined {
  const serving = servingSites(plan).filter(([, site]) => mayBe(site, dataset));
  if (wanted !== undefined)
    return serving.some(([name]) => name === wanted) && !dataset.regional ? wanted : undefined;
  return serving
    .filter(([name]) => name !== dataset.at)
    .filter(
      ([name]) => !dataset.regional || domainsOf(plan, name).region === domainsOf(plan, dataset.at).region,
    )
    .map(([name]) => name)[0];
}
