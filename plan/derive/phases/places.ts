import { keptDatasets } from "../../datasets.js";
import type { Plan } from "../../schema/index.js";
import { domainsOf, primarySite, siteOf, standbySites } from "../../sites.js";
import { seconds } from "../../units.js";
import { last, raftBytes, survivingReplica } from "./data.js";
import { criticalPath, type Phase } from "./graph.js";
import { type DataScope, disasterOf, lostIn } from "./lost.js";
import { type Context, lossAllowed, type Source, sourceOf } from "./sources.js";
import {
  decision,
  found,
  joining,
  lanes,
  noticing,
  promoting,
  provisioning,
  restoring,
  starting,
} from "./steps.js";
import type { Way } from "./way.js";

/** One machine is gone with what it held: it is replaced, filled, and joins the others again. */
export function node(context: Context): Way[] {
  const { plan } = context;
  const site = primarySite(plan);
  const alone = nodesOf(plan, site) === 1;
  const start = [noticing(plan, alone), decision(plan), provisioning(plan, "a new machine", "decision")];
  const { phases, missing } = refilled(context, "node", site, site, 1, start);
  if (!alone) phases.push(joining(1, raftBytes(plan, site), plan, last(phases)));
  phases.push(...starting(context, last(phases)), ...found(plan, last(phases), false).filter(() => alone));
  return [{ subject: site, phases, missing }];
}

/** Every machine of the primary is gone: made anew and filled, or a standby takes over, whichever is sooner. */
export function cluster(context: Context): Way[] {
  const { plan } = context;
  const site = primarySite(plan);
  const start = [noticing(plan, true), decision(plan), provisioning(plan, "a new cluster", "decision")];
  // One node is filled and started; the others join it.
  const { phases, missing } = refilled(context, "cluster", site, site, clusterLanes(plan, site), start);
  const further = nodesOf(plan, site) - 1;
  if (further > 0) phases.push(joining(further, raftBytes(plan, site), plan, last(phases)));
  phases.push(...starting(context, last(phases)));
  phases.push(...found(plan, last(phases), true));
  return soonest([{ subject: site, phases, missing }, ...takeovers(context, "cluster")]);
}

/** The primary's region is gone: a standby takes over. Of several the one that is soonest. */
export const region = (context: Context): Way[] => soonest(takeovers(context, "region"));

/** Every site that serves is gone: emergency infrastructure elsewhere, filled from what lies apart from all. */
export function catastrophe(context: Context): Way[] {
  const { plan } = context;
  const start = [
    noticing(plan, true),
    decision(plan),
    provisioning(plan, "emergency infrastructure at another provider", "decision"),
  ];
  // Nothing is known of what will be rented: as many machines as the primary has.
  const workers = lanes(siteOf(plan, primarySite(plan)));
  const { phases, missing } = refilled(context, "catastrophe", undefined, undefined, workers, start);
  phases.push(...starting(context, last(phases)));
  phases.push(...found(plan, last(phases), true));
  return [{ subject: plan.name, phases, missing }];
}

/** Every standby outside what a scope takes away, with the way to it. */
function takeovers(context: Context, scope: "cluster" | "region"): Way[] {
  const { plan } = context;
  const primary = primarySite(plan);
  const lost = lostIn(plan, scope);
  return standbySites(plan)
    .filter((site) => site !== primary && !lost({ at: primary }, site))
    .filter((site) => scope !== "region" || domainsOf(plan, site).region !== domainsOf(plan, primary).region)
    .map((site) => {
      const where = siteOf(plan, site);
      const mode = "mode" in where ? where.mode : "pilot-light";
      const start: Phase[] = [noticing(plan, true), decision(plan)];
      if (mode === "pilot-light")
        start.push(provisioning(plan, `"${site}" is only a pilot light: what serves is started`, "decision"));
      const { phases, missing } = refilled(context, scope, primary, site, lanes(where), start);
      phases.push(...starting(context, last(phases), mode === "active"));
      phases.push(...found(plan, last(phases), true));
      return { subject: primary, to: site, phases, missing };
    });
}

/** What lived at the lost sites is there again: replicas promoted, the rest restored from the best copy left. */
function refilled(
  context: Context,
  scope: DataScope,
  home: string | undefined,
  to: string | undefined,
  workers: number,
  start: readonly Phase[],
): { phases: Phase[]; missing: string[] } {
  const { plan, critical } = context;
  const lost = lostIn(plan, scope);
  const missing: string[] = [];
  const sources: Source[] = [];
  const promoted: Phase[] = [];
  for (const [name, dataset] of keptDatasets(plan)) {
    const gone =
      home === undefined || dataset.at === home || (scope === "region" && lost(dataset, dataset.at));
    if (!gone || !critical.has(name)) continue;
    if (lossAllowed(plan, dataset, disasterOf[scope]) === undefined) continue;
    const replica = scope === "node" ? undefined : survivingReplica(plan, dataset, scope);
    if (replica) {
      promoted.push(promoting(name, replica.to, seconds(replica.lag), "lease"));
      continue;
    }
    const source = sourceOf(context, name, dataset, disasterOf[scope], (site) => lost(dataset, site), to);
    if (source) sources.push(source);
    else missing.push(name);
  }
  const restore = restoring(context, sources, workers, last(start), true);
  const verification = restore.at(-1);
  return {
    phases: [
      ...start,
      ...restore.slice(0, -1),
      ...promoted,
      // Nothing is opened before all of it is there.
      ...(verification
        ? [{ ...verification, after: [...verification.after, ...promoted.map(({ name }) => name)] }]
        : []),
    ],
    missing,
  };
}

function soonest(ways: readonly Way[]): Way[] {
  const [best] = ways.toSorted(
    (a, b) =>
      a.missing.length - b.missing.length || criticalPath(a.phases).seconds - criticalPath(b.phases).seconds,
  );
  return best ? [best] : [];
}

function nodesOf(plan: Plan, name: string): number {
  const site = siteOf(plan, name);
  if (site.kind === "premises") return site.nodes;
  return site.kind === "vps" ? site.servers : 1;
}

/** A Raft cluster begins with one node that is filled; virtual machines are filled side by side. */
const clusterLanes = (plan: Plan, name: string): number =>
  siteOf(plan, name).kind === "premises" ? 1 : lanes(siteOf(plan, name));
