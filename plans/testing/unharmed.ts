import { type KeptDataset, keptDatasets, type Plan } from "../../plan/index.js";

/**
 * What a patch took that no patch may take: promises, waivers, reasons, severities, sites, datasets, backups, copies.
 *
 * @returns the places that were changed or are gone; none when the plan is unharmed
 */
export function harmDone(before: Plan, after: Plan): string[] {
  const changed = (at: string, was: unknown, is: unknown) =>
    JSON.stringify(was) === JSON.stringify(is) ? [] : [at];
  return [
    ...changed("objectives", before.objectives, after.objectives),
    ...changed("waivers", before.waivers, after.waivers),
    ...Object.keys(before.sites).flatMap((name) => (name in after.sites ? [] : [`sites.${name}`])),
    ...before.alerts.flatMap(({ on, severity }, index) =>
      changed(`alerts[${index}]`, [on, severity], [after.alerts[index]?.on, after.alerts[index]?.severity]),
    ),
    ...Object.entries(before.datasets).flatMap(([name, dataset]) =>
      dataset.kind === "rebuildable"
        ? changed(`datasets.${name}`, dataset, after.datasets[name])
        : changed(`datasets.${name}.kind`, dataset.kind, after.datasets[name]?.kind),
    ),
    ...keptDatasets(before).flatMap(([name, dataset]) => lostCopies(name, dataset, after)),
  ];
}

/** Sites that held a copy of a dataset by one kind of backup and do not any more. */
function lostCopies(name: string, { backups }: KeptDataset, after: Plan): string[] {
  const left = keptDatasets(after).find(([other]) => other === name)?.[1].backups ?? [];
  return backups.flatMap((backup, index) => {
    const now = new Set(left.filter(({ kind }) => kind === backup.kind).flatMap(sitesOf));
    return sitesOf(backup)
      .filter((site) => !now.has(site))
      .map((site) => `datasets.${name}.backups[${index}] at ${site}`);
  });
}

const sitesOf = (backup: KeptDataset["backups"][number]): readonly string[] =>
  backup.kind === "replica" ? [backup.to] : [...backup.direct, ...backup.replicated];
