import { disasterOf, lostIn } from "../../derive/phases/lost.js";
import type { Recovery } from "../../derive/phases.js";
import type { Plan, Scope } from "../../schema/index.js";
import { standbySites } from "../../sites.js";
import { seconds } from "../../units.js";
import type { PatchStep } from "../finding.js";
import { pointer } from "../patched.js";
import { addedStandby } from "./added-sites.js";
import type { Change } from "./change.js";
import { addedCopies, addedReplicas, mediumAt } from "./copies.js";

/** What can be changed about a scope's recovery, smallest first. Each is one step towards the objective. */
export function changesFor(plan: Plan, scope: Scope, recoveries: readonly Recovery[]): Change[] {
  const limit = seconds(plan.objectives.rto[scope] ?? "0s");
  const bad = recoveries.filter(({ missing, seconds: total }) => missing.length > 0 || total > limit);
  if (recoveries.length === 0) return scope === "region" ? addedStandby(plan) : [];
  if (scope === "service") return [...dnsChanges(plan, bad), ...moreReplicas(plan, bad)];
  const lost = lostIn(plan, scope);
  const missing = [...new Set(bad.flatMap((recovery) => recovery.missing))];
  if (missing.length > 0) return addedCopies(plan, missing, lost, disasterOf[scope]);
  return [
    ...dnsChanges(plan, bad),
    ...modes(plan, scope, bad),
    ...warmed(plan, bad),
    ...carried(plan, bad, scope),
    ...addedReplicas(plan, scope, bad),
    ...(scope === "cluster" && standbySites(plan).length === 0 ? addedStandby(plan) : []),
  ];
}

/** Two instances: one serves while the other is deployed anew. */
function moreReplicas(plan: Plan, bad: readonly Recovery[]): Change[] {
  const single = bad.map(({ subject }) => subject).filter((name) => plan.services[name]?.replicas === 1);
  if (single.length === 0) return [];
  return [
    {
      sentence: `run two instances of ${single.map((name) => `services.${name}`).join(", ")}`,
      steps: single.map((name) => ({ op: "replace", path: pointer("services", name, "replicas"), value: 2 })),
    },
  ];
}

/** Answers that expire sooner, checks that see sooner; only as far as the provider goes. */
function dnsChanges({ dns }: Plan, bad: readonly Recovery[]): Change[] {
  if (!dns || !bad.some(({ path }) => path.some(({ name }) => name === "healthy" || name === "ttl")))
    return [];
  const changes: Change[] = [];
  if (seconds(dns.ttl) > 60)
    changes.push({
      sentence: 'set dns.ttl: "60s"',
      steps: [{ op: "replace", path: "/dns/ttl", value: "60s" }],
    });
  // One failure alone may be the network's.
  const failures = dns.check.failures > 3 ? 3 : 2;
  if (dns.check.failures > failures)
    changes.push({
      sentence: `set dns.check.failures: ${failures}`,
      steps: [{ op: "replace", path: "/dns/check/failures", value: failures }],
    });
  if (dns.provider === "route53" && dns.check.every !== "10s")
    changes.push({
      sentence: 'set dns.check.every: "10s"',
      steps: [{ op: "replace", path: "/dns/check/every", value: "10s" }],
    });
  return changes;
}

/** More of a standby runs before it is needed. */
function modes(plan: Plan, scope: Scope, bad: readonly Recovery[]): Change[] {
  if (scope !== "region" && scope !== "cluster") return [];
  const targets = new Set(bad.map(({ to }) => to));
  return standbySites(plan)
    .filter((name) => scope === "cluster" || targets.has(name))
    .flatMap((name) => {
      const site = plan.sites[name];
      if (!site || !("mode" in site) || site.mode === "active") return [];
      // A region's stack knows nothing between a pilot light and all of it.
      const modes = site.mode === "warm" || site.kind === "aws-region" ? ["active"] : ["warm", "active"];
      return modes.map((mode) => ({
        sentence: `set sites.${name}.mode: "${mode}"`,
        steps: [{ op: "replace", path: pointer("sites", name, "mode"), value: mode }] satisfies PatchStep[],
      }));
    });
}

/** Sites whose data has to be asked for beforehand, and that decide the time. */
function warmed(plan: Plan, bad: readonly Recovery[]): Change[] {
  return waiting(bad)
    .filter((name) => {
      const site = plan.sites[name];
      return site?.kind === "object-store" && site.tier === "cold";
    })
    .map((name) => ({
      sentence: `keep what is at "${name}" in the standard tier`,
      steps: [{ op: "replace", path: pointer("sites", name, "tier"), value: "standard" }],
    }));
}

/** Of what waits for a medium: a medium that lies where it is needed, or a copy that nobody has to carry. */
function carried(plan: Plan, bad: readonly Recovery[], scope: keyof typeof disasterOf): Change[] {
  const media = new Set(waiting(bad).filter((name) => plan.sites[name]?.kind === "media"));
  if (media.size === 0) return [];
  const names = Object.entries(plan.datasets).flatMap(([name, dataset]) =>
    dataset.kind !== "rebuildable" &&
    dataset.backups.some(
      (backup) =>
        backup.kind !== "replica" && [...backup.direct, ...backup.replicated].some((site) => media.has(site)),
    )
      ? [name]
      : [],
  );
  const targets = [...new Set(bad.flatMap(({ to, subject }) => to ?? (plan.sites[subject] ? subject : [])))];
  return [
    ...targets.flatMap((target) => [...media].flatMap((name) => mediumAt(plan, name, target))),
    ...addedCopies(plan, names, lostIn(plan, scope), disasterOf[scope]),
  ];
}

const waiting = (bad: readonly Recovery[]): string[] => [
  ...new Set(
    bad.flatMap(({ path }) =>
      path.flatMap(({ name }) => (name.startsWith("retrieval-") ? [name.slice("retrieval-".length)] : [])),
    ),
  ),
];
