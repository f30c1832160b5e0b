import { readFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";

import { EngineError } from "../../engines/errors.js";
import { parseMoment } from "../../engines/moment.js";
import { presentEpoch } from "../../engines/postgres/lease.js";
import { place } from "../../engines/postgres/placement.js";
import type { Plan, PostgresDataset } from "../../plan/index.js";
import {
  type Access,
  ageIdentity,
  copyAt,
  type DatasetCopy,
  type KeyProvider,
  placesGiven,
  recipientsOf,
} from "../../vault/index.js";
import type { JobOptions } from "./job-options.js";
import { type Dump, type Sealed, type StateCopy, sealedOf, stateNames } from "./kept.js";
import { called } from "./wanted.js";

/** A dataset's sealed points, as a command finds them. */
export type SealedJob<Kept extends Sealed = Sealed> = Kept & SealedCopies;

/** Where they are, and who opens them. */
interface SealedCopies {
  readonly plan: Plan;
  readonly dataset: string;
  /** Copies that a capture writes to itself. */
  readonly direct: readonly DatasetCopy[];
  /** Every copy, replicas too. */
  readonly copies: readonly DatasetCopy[];
  readonly recipients: readonly KeyProvider[];
}

/**
 * Finds what a command is about.
 *
 * @throws EngineError (2) that says what there is, when what was asked for is not in the plan
 */
export async function sealedJob(plan: Plan, dataset: string, options: JobOptions): Promise<SealedJob> {
  const sealed = called(plan, dataset, sealedOf(plan, dataset), options.kind);
  const { spec, kind, backup } = sealed;
  const access = await accessOf(plan, options);
  const at = (sites: readonly string[]) => {
    if (options.folder !== undefined)
      return [copyAt(plan, dataset, spec.at, { ...access, places: { [spec.at]: options.folder } })];
    const wanted = sites.filter((site) => options.site === undefined || site === options.site);
    return wanted.map((site) => ({
      ...copyAt(plan, dataset, site, access),
      ...(backup.direct.includes(site) ? {} : { replicates: backup.direct }),
    }));
  };
  const everywhere = [...backup.direct, ...backup.replicated];
  if (options.site !== undefined && options.folder === undefined && !everywhere.includes(options.site))
    throw new EngineError(
      `site "${options.site}" holds no copy of ${kind} backups of "${dataset}"`,
      2,
      `these do: ${everywhere.join(", ")}`,
    );
  return {
    ...sealed,
    ...{ plan, dataset },
    direct: at(backup.direct),
    copies: at(everywhere),
    recipients: recipientsOf(plan, dataset, everywhere),
  };
}

/**
 * The same for what has to be a dump.
 *
 * @throws EngineError (2) when it is none
 */
export async function dumpJob(plan: Plan, dataset: string, options: JobOptions): Promise<SealedJob<Dump>> {
  const job = await sealedJob(plan, dataset, options);
  if (job.engine === "postgres-logical") return job;
  throw new EngineError(
    `"${dataset}" is Pulumi's state, not a database`,
    2,
    "--into-backend <folder or s3://…>",
  );
}

/** The same for what has to be Pulumi's state. @throws EngineError (2) when it is none */
export async function stateJob(
  plan: Plan,
  dataset: string,
  options: JobOptions,
): Promise<SealedJob<StateCopy>> {
  const job = await sealedJob(plan, dataset, options);
  if (job.engine === "pulumi-state") return job;
  throw new EngineError(
    `"${dataset}" is a database, not Pulumi's state`,
    2,
    `plan "${plan.name}" keeps state as ${stateNames(plan).join(", ") || "no dataset"}`,
  );
}

/** A PostgreSQL dataset by its name. @throws EngineError (2) that says what there is */
export function postgresOf(plan: Plan, dataset: string): PostgresDataset {
  const spec = Object.hasOwn(plan.datasets, dataset) ? plan.datasets[dataset] : undefined;
  if (spec?.kind === "postgres") return spec;
  throw new EngineError(
    `plan "${plan.name}" has no PostgreSQL dataset called "${dataset}"`,
    2,
    `it has ${postgresNames(plan).join(", ") || "none"}`,
  );
}

/** The epoch that a capture writes into: the lease's, where a keeper holds one for this database. */
export async function epochOf({ plan, dataset, spec }: SealedJob, site: string): Promise<number> {
  return spec.kind === "postgres" && spec.runs === "kubernetes" && plan.lease
    ? presentEpoch(place(plan, site, dataset))
    : 1;
}

/** The copies that a site's runs write to: all at the dataset's home; after a takeover its own, as others may be what was lost. */
export const writtenFrom = ({ direct, spec }: Pick<SealedJob, "direct" | "spec">, site: string) =>
  site === spec.at ? direct : direct.filter((copy) => copy.site === site);

/** Who does this, for people who read it later. */
export const doneBy = (): string => `${userInfo().username}@${hostname()}`;

const postgresNames = (plan: Plan) =>
  Object.entries(plan.datasets).flatMap(([name, { kind }]) => (kind === "postgres" ? [name] : []));

/** How copies and keys are reached, as options say. @throws EngineError (2) for a file that is no identity */
export async function accessOf(
  plan: Plan,
  { store = [], identity = [], asOf }: Pick<JobOptions, "store" | "identity" | "asOf">,
): Promise<Access> {
  const identities = await Promise.all(
    identity.map(async (path) => {
      const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
        throw new EngineError(`--identity ${path} cannot be read: ${cause.code}`, 2, undefined, { cause });
      });
      return ageIdentity(text).catch((cause: Error) => {
        throw new EngineError(`--identity ${path}: ${cause.message}`, 2, "a file that age-keygen wrote", {
          cause,
        });
      });
    }),
  );
  return {
    ...{ places: placesGiven(plan, store), identities },
    ...(asOf === undefined ? {} : { asOf: new Date(parseMoment(asOf).iso) }),
  };
}
