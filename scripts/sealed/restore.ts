import { requireAnswer } from "../../engines/asked.js";
import { EngineError } from "../../engines/errors.js";
import { type Moment, microsOf, momentAt, parseMoment } from "../../engines/moment.js";
import {
  type LogicalTarget,
  logicalEngine,
  type ProductionRestore,
  restoreProduction,
} from "../../engines/postgres-logical/index.js";
import { candidates, isSafetyBackup } from "../../engines/sealed/choose.js";
import { openPoint } from "../../engines/sealed/open.js";
import { type FoundCopy, type FoundPoint, findPoints } from "../../engines/sealed/points.js";
import { humanSeconds, type Plan } from "../../plan/index.js";
import { backupSealed } from "./backup.js";
import { connectionFrom } from "./connection.js";
import { type HookPrograms, hookPrograms, hooksOf } from "./hooks.js";
import { type JobOptions, type SealedJob, sealedJob, stagingFolder } from "./job.js";

/** What is restored, and where to. */
export interface RestoreDumpOptions extends JobOptions {
  /** The moment: the newest point that holds nothing later. @default now */
  readonly at?: string | undefined;
  /** This point and no other. */
  readonly point?: string | undefined;
  /** Database to restore into. @default the plan's */
  readonly into?: string | undefined;
  /** Label of a finished restore that may be replaced. */
  readonly replaces?: string | undefined;
  /** Identity that the server has to have. */
  readonly systemIdentifier?: string | undefined;
  readonly staging?: string | undefined;
  /** Tables that are loaded side by side. @default 1 */
  readonly jobs?: number | undefined;
  /** File with the programs that stop and start the service. */
  readonly hooks?: string | undefined;
}

/** What a restore would do. Nothing was touched. */
export interface RestoreDump {
  readonly job: SealedJob;
  readonly chosen: FoundPoint;
  /** The moment that was asked for; absent where a point was named. */
  readonly moment?: Moment;
  /** What is not in it, for people. */
  readonly loss: string;
  /** Points to try when this one fails, best first. */
  readonly next: readonly FoundPoint[];
  readonly target: LogicalTarget;
  /** Programs around it, where a service is to be stopped for it. */
  readonly hooks?: HookPrograms;
}

/**
 * Chooses the point and the target; nothing is touched.
 *
 * @throws EngineError: 1 when nothing covers the moment, 2 when what was given is none
 */
export async function planRestoreDump(
  plan: Plan,
  dataset: string,
  options: RestoreDumpOptions,
): Promise<RestoreDump> {
  if (options.at !== undefined && options.point !== undefined)
    throw new EngineError("--at and --point say two things: give one of them", 2);
  const job = await sealedJob(plan, dataset, options);
  const database = databaseName(options.into ?? job.spec.database);
  const hooks = options.hooks === undefined ? undefined : await hookPrograms(options.hooks);
  const moment = options.at === undefined ? undefined : parseMoment(options.at);
  const copies = await findPoints(job.copies, job.kind);
  const all = copies.flatMap(({ points }) => points);
  const wanted = options.point === undefined ? all : all.filter(({ point }) => point.label === options.point);
  const now = Date.now() * 1_000;
  const [chosen, ...next] = candidates(wanted, moment?.micros ?? now, {
    named: options.point !== undefined,
  });
  if (!chosen) throw nothing(job, copies, wanted, options);
  const lost = ((moment?.micros ?? now) - microsOf(chosen.at)) / 1_000_000;
  return {
    ...{ job, chosen, next },
    ...(moment ? { moment } : {}),
    ...(hooks ? { hooks } : {}),
    loss: `what was committed after ${chosen.at}: ${humanSeconds(lost)} until ${moment?.iso ?? momentAt(now).iso}`,
    target: {
      server: await connectionFrom("postgres", process.env),
      database,
      ...(options.replaces === undefined ? {} : { replaces: options.replaces }),
      ...(options.systemIdentifier === undefined ? {} : { systemIdentifier: options.systemIdentifier }),
    },
  };
}

/** A name as PostgreSQL keeps it: a longer one is cut without a word. */
function databaseName(name: string): string {
  if (name !== "" && Buffer.byteLength(name) <= 63 && !name.includes("\0")) return name;
  throw new EngineError(`a database's name has 1 to 63 bytes, got "${name}"`, 2, "--into <database>");
}

/**
 * Restores as planned: into a new database, verified, switched in by rename. With hooks, around a running service.
 */
export async function restoreDump(
  { job, chosen, target, hooks: programs }: RestoreDump,
  options: RestoreDumpOptions & { readonly say: (line: string) => void },
): Promise<Pick<ProductionRestore, "restored"> & Partial<ProductionRestore>> {
  await requireAnswer(target.server);
  const run = { staging: await stagingFolder(options.staging), say: options.say };
  const { point, parts } = await openPoint(chosen, logicalEngine());
  const how = { jobs: options.jobs ?? 1 };
  if (!programs) return { restored: await logicalEngine(how).restore(point, parts, target, run) };
  const hooks = hooksOf(programs, async () => {
    // Into the copies as they are now, whatever time the point was read as of.
    const present = { ...options, asOf: undefined, kind: job.kind, before: chosen.point.label };
    const { facts, copies } = await backupSealed(job.plan, job.dataset, present);
    const [failed] = copies.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
    if (copies.every(({ appended }) => !appended)) throw failed;
    return facts.label;
  });
  return restoreProduction(point, parts, target, hooks, run, how);
}

function nothing(
  { dataset }: SealedJob,
  copies: readonly FoundCopy[],
  wanted: readonly FoundPoint[],
  { at, point }: RestoreDumpOptions,
): EngineError {
  const silent = copies.flatMap(({ copy, unreachable }) =>
    unreachable === undefined ? [] : [`${copy.site} does not answer: ${unreachable}`],
  );
  const bad = wanted.flatMap((one) =>
    one.problem === undefined ? [] : [`${one.point.label} at ${one.copy.site}: ${one.problem}`],
  );
  const safety = wanted.filter((one) => point === undefined && isSafetyBackup(one));
  const good = wanted.filter((one) => one.problem === undefined && !safety.includes(one));
  const first = good.map((one) => one.at).toSorted()[0];
  const why = [
    ...(point !== undefined && wanted.length === 0 ? [`no copy has a point "${point}"`] : []),
    ...(first === undefined ? [] : [`the oldest one holds ${first}`]),
    ...bad,
    ...[...new Set(safety.map((one) => one.point.label))].map(
      (label) => `${label} is a safety backup: name it with --point`,
    ),
    ...silent,
  ];
  return new EngineError(
    `no point of "${dataset}" can be restored${at === undefined ? "" : ` for ${at}`}: ${why.join("; ") || "there is none"}`,
    1,
    `secondsite points <plan> --dataset ${dataset} lists every point`,
  );
}
