import { requireAnswer } from "../../engines/asked.js";
import { EngineError } from "../../engines/errors.js";
import {
  type LogicalTarget,
  logicalEngine,
  type ProductionRestore,
  restoreProduction,
} from "../../engines/postgres-logical/index.js";
import { openPoint } from "../../engines/sealed/open.js";
import { stagingFolder } from "../../engines/staging.js";
import type { Plan } from "../../plan/index.js";
import { backupSealed } from "./backup.js";
import { type Chosen, chosenFor, type Wish } from "./chosen.js";
import { connectionFrom } from "./connection.js";
import { type HookPrograms, hookPrograms, hooksOf } from "./hooks.js";
import { dumpJob, type SealedJob } from "./job.js";
import type { JobOptions } from "./job-options.js";
import type { Dump } from "./kept.js";

/** What is restored, and where to. */
export interface RestoreDumpOptions extends JobOptions, Wish {
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
export interface RestoreDump extends Omit<Chosen, "lost"> {
  readonly job: SealedJob<Dump>;
  /** What is not in it, for people. */
  readonly loss: string;
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
  const job = await dumpJob(plan, dataset, options);
  const database = databaseName(options.into ?? job.spec.database);
  const hooks = options.hooks === undefined ? undefined : await hookPrograms(options.hooks);
  const { lost, ...choice } = await chosenFor(job, options);
  return {
    ...{ job, ...choice },
    ...(hooks ? { hooks } : {}),
    loss: `what was committed after ${choice.chosen.at}: ${lost}`,
    target: {
      server: await connectionFrom("postgres", process.env),
      database,
      ...(options.replaces === undefined ? {} : { replaces: options.replaces }),
      ...(options.systemIdentifier === undefined ? {} : { systemIdentifier: options.systemIdentifier }),
    },
  };
}

/** A name as PostgreSQL keeps it: a longer one is cut without a word. */
export function databaseName(name: string): string {
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
