import { EngineError } from "../../engines/errors.js";
import { type Plan, postgresDatasets, stateDatasets } from "../../plan/index.js";

/**
 * That a restore was not told from what and into what. Its hint has the ways of this plan: whoever typed the plan alone
 * sees what to type next.
 *
 * @param dataset the one that is meant. @default any of the plan's
 */
export function unsaidWay(plan: Plan, dataset?: string): EngineError {
  const ways = new Set<string>();
  for (const [name, { runs, backups }] of postgresDatasets(plan)) {
    if (dataset !== undefined && name !== dataset) continue;
    const has = (wanted: string) => backups.some(({ kind }) => kind === wanted);
    if (has("physical"))
      ways.add(runs === "server" ? "--into-folder <folder> (any moment, a new data folder)" : toSite);
    if (has("logical")) ways.add("--kind logical (a dump, a new database)");
  }
  if (stateDatasets(plan).some(([name]) => dataset === undefined || name === dataset))
    ways.add("--into-backend <place> (Pulumi's state)");
  return new EngineError(
    "from what to restore, and into what, is not said",
    2,
    ways.size > 0 ? [...ways].join(", or ") : toSite,
  );
}

const toSite = "--to <site> (any moment, a server of its own at that site)";

/** A point that was chosen for a moment. */
export interface ChosenFor {
  readonly dataset: string;
  /** Of the backup that it comes from. */
  readonly kind: string;
  readonly site: string;
  readonly label: string;
  /** The moment as it is given to `--at`; absent where a log ends before it. */
  readonly at?: string | undefined;
}

/** The command that shows the restore of what was chosen; `--yes` makes it act. */
export function restoreCommand(
  planFile: string,
  plan: Plan,
  { dataset, kind, site, label, at }: ChosenFor,
  stores: readonly string[] = [],
): string {
  const { runs } = postgresDatasets(plan).find(([name]) => name === dataset)?.[1] ?? {};
  const where =
    kind !== "physical"
      ? ["--kind", kind, ...(runs === undefined ? ["--into-backend", "<place>"] : ["--into", "<database>"])]
      : runs === "server"
        ? ["--kind", kind, "--into-folder", "<folder>"]
        : ["--to", site];
  const upTo = kind !== "physical" ? ["--point", label] : at === undefined ? [] : ["--at", at];
  return ["secondsite restore", planFile, "--dataset", dataset, ...where, ...upTo]
    .concat(stores.flatMap((store) => ["--store", store]))
    .join(" ");
}
