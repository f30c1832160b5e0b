import { keptDatasets } from "../../datasets.js";
import type { KeptDataset, Plan, Replica } from "../../schema/index.js";
import { domainsOf, siteOf, standbySites } from "../../sites.js";
import { bytes, seconds } from "../../units.js";
import { type DataScope, disasterOf, isHardware, lostIn } from "./lost.js";
import { behind } from "./service.js";
import { type Context, lossAllowed, sourceOf } from "./sources.js";
import {
  decision,
  found,
  lanes,
  leasing,
  noticing,
  promoting,
  provisioning,
  restoring,
  starting,
} from "./steps.js";
import type { Way } from "./way.js";

/** A database and its disks are gone: a replica is promoted, or a copy restored onto a new server. */
export function database(context: Context): Way[] {
  const { plan, critical } = context;
  const needed = new Set(
    (plan.dns ? behind(plan, plan.dns.service) : []).flatMap((name) => plan.services[name]?.needs ?? []),
  );
  const moved = standbySites(plan).length > 0;
  return keptDatasets(plan).flatMap(([name, dataset]) => {
    if (!["postgres", "mysql", "sqlite"].includes(dataset.kind) || !critical.has(name)) return [];
    const start = [noticing(plan, needed.has(name)), decision(plan)];
    const replica = survivingReplica(plan, dataset, "database");
    if (replica) {
      const promoted = promoting(name, replica.to, seconds(replica.lag), "lease");
      const phases = [...start, leasing(plan, "decision"), promoted, ...starting(context, promoted.name)];
      return [
        {
          subject: name,
          to: replica.to,
          missing: [],
          phases: [...phases, ...found(plan, last(phases), true)],
        },
      ];
    }
    return restoredAlone(context, name, dataset, "database", [
      ...start,
      provisioning(plan, "a new server and its disks", "decision"),
    ]).map((way) => ({
      ...way,
      phases: [...way.phases, ...(needed.has(name) ? found(plan, last(way.phases), moved) : [])],
    }));
  });
}

/** Certificates or their authority are gone: they are restored, checked, and what uses them is started again. */
export function certificates(context: Context): Way[] {
  const { plan } = context;
  return certificateDatasets(plan).flatMap(([name, dataset]) =>
    restoredAlone(context, name, dataset, "certificates", [noticing(plan, false), decision(plan)]),
  );
}

/** Certificate authorities; where a plan has none, files and buckets of the category `certificates`. */
function certificateDatasets(plan: Plan): [string, KeptDataset][] {
  const kept = keptDatasets(plan);
  const authorities = kept.filter(([, { kind }]) => kind === "pki");
  return authorities.length > 0
    ? authorities
    : kept.filter(([, { category }]) => category === "certificates");
}

function restoredAlone(
  context: Context,
  name: string,
  dataset: KeptDataset,
  scope: DataScope,
  start: Way["phases"],
): Way[] {
  const { plan } = context;
  if (lossAllowed(plan, dataset, disasterOf[scope]) === undefined) return [];
  const lost = lostIn(plan, scope);
  const source = sourceOf(
    context,
    name,
    dataset,
    disasterOf[scope],
    (site) => lost(dataset, site),
    dataset.at,
  );
  const restore = restoring(
    context,
    source ? [source] : [],
    lanes(siteOf(plan, dataset.at)),
    last(start),
    scope === "database" && ["postgres", "mysql"].includes(dataset.kind),
  );
  return [
    {
      ...{ subject: name, missing: source ? [] : [name] },
      phases: [...start, ...restore, ...starting(context, "verification")],
    },
  ];
}

/** The replica that can be promoted when a scope's sites are gone; the one that lags least. */
export function survivingReplica(plan: Plan, dataset: KeptDataset, scope: DataScope): Replica | undefined {
  const lost = lostIn(plan, scope);
  return dataset.backups
    .flatMap((backup) => (backup.kind === "replica" && !lost(dataset, backup.to) ? [backup] : []))
    .filter(({ to }) => scope !== "catastrophe" && (to !== dataset.at || !isHardware(plan, to)))
    .filter(
      ({ to }) => scope !== "region" || domainsOf(plan, to).region !== domainsOf(plan, dataset.at).region,
    )
    .toSorted((a, b) => seconds(a.lag) - seconds(b.lag))[0];
}

/** Bytes of Raft data at a site. */
export const raftBytes = (plan: Plan, site: string): number =>
  keptDatasets(plan).reduce(
    (sum, [, dataset]) => sum + (dataset.kind === "raft" && dataset.at === site ? bytes(dataset.size) : 0),
    0,
  );

export const last = (phases: Way["phases"]): string => phases.at(-1)?.name ?? "notice";
