import { EngineError } from "../../engines/errors.js";
import { type Moment, microsOf, parseMoment } from "../../engines/moment.js";
import { isGood, nothingCovers, pointsFor, type RecoveryPoint } from "../../engines/postgres/points.js";
import { copiesOf, readCopies } from "../../engines/postgres/points-copies.js";
import { clusterOf, humanSeconds, names, type Plan, postgresDatasets } from "../../plan/index.js";

/** What somebody asks for. */
export interface RestoreWish {
  readonly to: string;
  readonly dataset?: string;
  /** A moment as ISO 8601 with its zone; this or `point`. */
  readonly at?: string;
  /** A point's label. */
  readonly point?: string;
  /** Of the instance. @default made from the moment or the label */
  readonly name?: string;
}

/** What a restore would do. */
export interface RestorePlan {
  readonly plan: Plan;
  readonly dataset: string;
  readonly site: string;
  /** Context of the site's cluster in the operator's kubeconfig. */
  readonly context: string;
  readonly point: RecoveryPoint;
  /** Absent: the end of the backup. */
  readonly moment?: Moment;
  /** Name of the instance. */
  readonly instance: string;
  /** StatefulSet of the instance. */
  readonly server: string;
  /** Pulumi stack of the instance. */
  readonly stack: string;
  /** What the restored instance does not hold, in words. */
  readonly loss: string;
  /** Argument list that opens a session on the instance. */
  readonly connect: readonly string[];
  /** Argument list that removes the instance and its volume. */
  readonly remove: readonly string[];
}

/**
 * Chooses the point and names everything; changes nothing.
 *
 * @throws EngineError (2) for an unknown dataset or site, or a time that is none; (1) when nothing covers it
 */
export async function planRestore(plan: Plan, wish: RestoreWish, now = new Date()): Promise<RestorePlan> {
  const { to: site } = wish;
  if ((wish.at === undefined) === (wish.point === undefined))
    throw new EngineError("say what to restore: either --at TIME or --point LABEL", 2);
  const moment = wish.at === undefined ? undefined : parseMoment(wish.at);
  if (wish.point === "") throw new EngineError("--point takes the label of a recovery point, got nothing", 2);
  const dataset = onlyDataset(plan, wish.dataset);
  // Before anything is asked of a cloud: a name that cannot be is no matter of what it answers.
  if (wish.name !== undefined) checkedName(dataset, wish.name);
  const place = plan.sites[site];
  if (place?.kind !== "aws-region")
    throw new EngineError(
      `site "${site}" has no cluster to restore to; these have one: ${clusterSites(plan).join(", ")}`,
      2,
    );
  const [copy] = await readCopies(copiesOf(plan, { dataset, site }));
  if (!copy || copy.unreachable !== undefined)
    throw new EngineError(
      `the copy at "${site}" does not answer: ${copy?.unreachable ?? "it is unknown"}`,
      3,
    );
  const point = moment
    ? covering(dataset, copy.points, moment)
    : labelled(copy.points, wish.point ?? "", site);
  const { context } = clusterOf(plan, site);
  const instance = checkedName(dataset, wish.name ?? defaultName(moment, point));
  const server = names.restoredServer(dataset, instance);
  const stack = names.stackName(plan, "restore", site, server);
  return {
    plan,
    dataset,
    site,
    context,
    point,
    ...(moment ? { moment } : {}),
    instance,
    server,
    stack,
    loss: lossOf(moment?.micros ?? microsOf(point.finishedAt), now),
    connect: [
      ...["kubectl", `--context=${context}`, `--namespace=${names.namespace(plan)}`],
      ...["exec", "--stdin", "--tty", `${server}-0`, "--container=database", "--"],
      ...["psql", "--host=/run/secondsite", "--username=postgres", databaseOf(plan, dataset)],
    ],
    remove: ["pulumi", "destroy", `--stack=${stack}`, "--remove", "--yes"],
  };
}

function databaseOf(plan: Plan, dataset: string): string {
  const found = plan.datasets[dataset];
  return found?.kind === "postgres" ? found.database : "postgres";
}

function onlyDataset(plan: Plan, wanted: string | undefined): string {
  const all = postgresDatasets(plan).map(([name]) => name);
  const [first, ...others] = all;
  if (wanted !== undefined || first === undefined || others.length > 0) {
    if (wanted !== undefined && all.includes(wanted)) return wanted;
    throw new EngineError(
      wanted === undefined
        ? `say which dataset with --dataset: ${all.join(", ") || "there is none"}`
        : `plan "${plan.name}" has no dataset with backups called "${wanted}"; it has ${all.join(", ") || "none"}`,
      2,
    );
  }
  return first;
}

function covering(dataset: string, points: readonly RecoveryPoint[], moment: Moment): RecoveryPoint {
  const [found] = pointsFor(points, moment);
  if (!found) throw nothingCovers(dataset, points, moment);
  return found;
}

function labelled(points: readonly RecoveryPoint[], label: string, site: string): RecoveryPoint {
  const found = points.find((point) => point.label === label);
  const known = points.filter(isGood).map((point) => point.label);
  if (!found)
    throw new EngineError(
      `the copy at "${site}" has no point "${label}"; it has ${known.join(", ") || "none"}`,
      1,
    );
  if (found.problem !== undefined)
    throw new EngineError(
      `point "${label}" at "${site}" cannot be restored: ${found.problem}; good ones are ${known.join(", ") || "none"}`,
      1,
    );
  return found;
}

/** A StatefulSet's Pods carry its name and a hash as a label of at most 63 characters. */
const longestName = 52;

function checkedName(dataset: string, name: string): string {
  const server = names.restoredServer(dataset, name);
  if (/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name) && server.length <= longestName) return name;
  throw new EngineError(
    `an instance cannot be called "${name}": "${server}" must be lower-case letters, digits and inner dashes, at most ${longestName} of them`,
    2,
  );
}

/** `2026-03-01T14:30:00.5Z` becomes `20260301t143000-500000`. */
function defaultName(moment: Moment | undefined, { label }: RecoveryPoint): string {
  const [whole = "", fraction = ""] = moment?.iso.slice(0, -1).split(".") ?? [label];
  const digits = whole.replace(/[-:](?=\d\d)/g, "").toLowerCase();
  return Number(fraction) === 0 ? digits : `${digits}-${fraction}`;
}

function lossOf(micros: number, now: Date): string {
  const age = now.getTime() - micros / 1_000;
  return `everything committed since, ${humanSeconds(Math.max(0.001, age / 1_000))} until now; the running database keeps it`;
}

const clusterSites = (plan: Plan) =>
  Object.entries(plan.sites).flatMap(([name, site]) => (site.kind === "aws-region" ? [name] : []));
