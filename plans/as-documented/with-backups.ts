import type { Plan, PlanInput } from "../../plan/index.js";

type Kept = Extract<PlanInput["datasets"][string], { backups: unknown }>;

/**
 * A plan's datasets with other backups; all else about them stays.
 *
 * @throws RangeError when a name is no dataset that is backed up
 */
export function withBackups(
  plan: Plan,
  backups: Readonly<Record<string, Kept["backups"]>>,
): PlanInput["datasets"] {
  const changed = Object.entries(backups).map(([name, made]) => {
    const dataset = plan.datasets[name];
    if (!dataset || dataset.kind === "rebuildable")
      throw new RangeError(`plan "${plan.name}" backs up no dataset called "${name}"`);
    return [name, { ...dataset, backups: made }] as const;
  });
  return { ...plan.datasets, ...Object.fromEntries(changed) };
}
