import { keptDatasets, type Plan, postgresDatasets, seconds } from "../../plan/index.js";
import type { WorldSpec } from "../address.js";
import { SandboxInputError } from "../errors.js";

/**
 * The plan with its physical backups due every two minutes; nothing else differs. Nothing that the rehearsal recovers
 * from comes about by another schedule.
 *
 * @param from when the first one is wanted at the earliest, in milliseconds since 1970: the next full minute it is.
 */
export function broughtForward(plan: Plan, from: number): Plan {
  const minute = Math.ceil(from / 60_000);
  // Minutes are the same in all time zones but those few that are off by an odd number of them.
  const soon = `${minute % 2}-59/2 * * * *`;
  const forward = structuredClone(plan);
  for (const [, { backups }] of keptDatasets(forward))
    for (const backup of backups)
      if (backup.kind === "physical" && backup.schedule.kind === "cron") backup.schedule.cron = soon;
  return forward;
}

/**
 * Checks that a world can hold a plan.
 *
 * @returns the dataset behind the service that DNS names
 * @throws SandboxInputError naming every site that has no place, and everything else that is missing
 */
export function rehearsable(plan: Plan, { regions }: WorldSpec): string {
  const problems = Object.entries(plan.sites)
    .filter(
      ([, site]) =>
        !regions.some(
          ({ region, cluster }) =>
            "region" in site && region === site.region && (site.kind !== "aws-region" || cluster),
        ),
    )
    .map(
      ([name, site]) =>
        `site "${name}" is in ${"region" in site ? site.region : "no region"}, and the world has ${regions.map(({ region }) => region).join(", ")}`,
    );
  const service = plan.dns && plan.services[plan.dns.service];
  const dataset = postgresDatasets(plan).find(([name]) => service?.needs.includes(name))?.[0];
  if (!dataset) problems.push("dns has to name a service that needs a PostgreSQL dataset");
  if (!plan.lease) problems.push("a lease is missing");
  const standbys = Object.values(plan.sites).filter(
    (site) => site.kind === "aws-region" && site.role === "standby",
  );
  if (standbys.length !== 1) problems.push(`exactly one standby is needed, got ${standbys.length}`);
  if (dataset && problems.length === 0) return dataset;
  throw new SandboxInputError(`plan "${plan.name}" cannot be rehearsed: ${problems.join("; ")}`);
}

/** The longest a commit may wait for the archive, in seconds. */
export function archiveInterval(plan: Plan, dataset: string): number {
  const spec = postgresDatasets(plan).find(([name]) => name === dataset)?.[1];
  const wal = spec?.backups.find((backup) => backup.kind === "wal");
  return wal?.kind === "wal" ? seconds(wal.within) : 60;
}
