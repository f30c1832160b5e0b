import { readFile } from "node:fs/promises";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";

import { EngineError } from "../../engines/errors.js";
import { parseMoment } from "../../engines/moment.js";
import { presentEpoch } from "../../engines/postgres/lease.js";
import { place } from "../../engines/postgres/placement.js";
import { namedBackups, type Plan, type PostgresDataset } from "../../plan/index.js";
import type { BackupOf } from "../../plan/schema/index.js";
import {
  type Access,
  ageIdentity,
  copyAt,
  type DatasetCopy,
  type KeyProvider,
  makeFolder,
  placesGiven,
  recipientsOf,
} from "../../vault/index.js";

/** What commands about sealed points are given beside a plan and a dataset. */
export interface JobOptions {
  /** Name of the backup; see `namedBackups`. @default the only one that is sealed */
  readonly kind?: string | undefined;
  /** `<site>=<folder or address>`, for copies that are not where the plan says. */
  readonly store?: readonly string[] | undefined;
  /** Files with age identities. */
  readonly identity?: readonly string[] | undefined;
  /** A folder that takes the place of every copy. */
  readonly folder?: string | undefined;
  /** Only this site's copy. */
  readonly site?: string | undefined;
  /** Copies as they were at this time, by their stores' own history. @default as they are */
  readonly asOf?: string | undefined;
}

/** A dataset's sealed points, as a command finds them. */
export interface SealedJob {
  readonly plan: Plan;
  readonly dataset: string;
  readonly spec: PostgresDataset;
  /** Name of the backup. */
  readonly kind: string;
  readonly backup: BackupOf<"logical">;
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
  const spec = postgresOf(plan, dataset);
  const dumps = dumpsOf(spec);
  const { kind, backup } = called(dataset, dumps, options.kind);
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
    ...{ plan, dataset, spec, kind, backup },
    direct: at(backup.direct),
    copies: at(everywhere),
    recipients: recipientsOf(plan, dataset, everywhere),
  };
}

/**
 * A dataset's backup by its name.
 *
 * @param name see `namedBackups`. @default the first that a command captures
 * @throws EngineError (2) that says what there is
 */
export function backupCalled(
  plan: Plan,
  dataset: string,
  name: string | undefined,
  { dumpOnly = false } = {},
): Called<BackupOf<"physical" | "logical">> {
  const spec = postgresOf(plan, dataset);
  const all: Called<BackupOf<"physical" | "logical">>[] = dumpOnly
    ? dumpsOf(spec)
    : namedBackups(spec).flatMap(([kind, backup]) =>
        backup.kind === "physical" || backup.kind === "logical" ? [{ kind, backup }] : [],
      );
  return called(dataset, all, name ?? all[0]?.kind);
}

/** What narrows down the dumps that a command is about. */
export interface DumpsWanted extends Pick<JobOptions, "kind" | "site" | "folder"> {
  /** Only this dataset. @default all */
  readonly dataset?: string | undefined;
}

/**
 * The dumps of a plan that a command is about, in the plan's order.
 *
 * @throws EngineError (2) that says what there is: a name that is none must not look like a job that is done
 */
export function dumpsWanted(plan: Plan, { dataset, kind, site, folder }: DumpsWanted) {
  const names = dataset === undefined ? postgresNames(plan) : [dataset];
  const all = names.flatMap((name) =>
    dumpsOf(postgresOf(plan, name)).map((dump) => ({ dataset: name, ...dump })),
  );
  const ofKind = all.filter((dump) => kind === undefined || dump.kind === kind);
  if (kind !== undefined && ofKind.length === 0)
    throw new EngineError(
      `${dataset === undefined ? `plan "${plan.name}"` : `"${dataset}"`} has no dump called "${kind}"`,
      2,
      `it has ${[...new Set(all.map((dump) => dump.kind))].join(", ") || "none"}`,
    );
  const heldAt = ({ backup }: Called<BackupOf<"logical">>) => [...backup.direct, ...backup.replicated];
  const there = ofKind.filter(
    (dump) => site === undefined || folder !== undefined || heldAt(dump).includes(site),
  );
  if (site !== undefined && there.length === 0 && ofKind.length > 0 && !Object.hasOwn(plan.sites, site))
    throw new EngineError(
      `plan "${plan.name}" has no site called "${site}"`,
      2,
      `copies are at ${[...new Set(ofKind.flatMap(heldAt))].join(", ")}`,
    );
  return there;
}

interface Called<Kept> {
  /** Its name. */
  readonly kind: string;
  readonly backup: Kept;
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

const dumpsOf = (spec: PostgresDataset): Called<BackupOf<"logical">>[] =>
  namedBackups(spec).flatMap(([kind, backup]) => (backup.kind === "logical" ? [{ kind, backup }] : []));

function called<Kept>(dataset: string, all: readonly Called<Kept>[], name: string | undefined): Called<Kept> {
  const [first, second] = all;
  const found = name === undefined ? (second ? undefined : first) : all.find(({ kind }) => kind === name);
  if (found) return found;
  const names = all.map(({ kind }) => kind).join(", ");
  throw new EngineError(
    name === undefined
      ? first
        ? `"${dataset}" has several: ${names}`
        : `"${dataset}" has no such backup in the plan`
      : `"${dataset}" has no backup called "${name}"; it has ${names || "none"}`,
    2,
    first ? `--kind ${first.kind}` : "add logical({ ... }) to its backups",
  );
}

/** The epoch that a capture writes into: the lease's, where a keeper holds one for this database. */
export async function epochOf({ plan, dataset, spec }: SealedJob, site: string): Promise<number> {
  return spec.runs === "kubernetes" && plan.lease ? presentEpoch(place(plan, site, dataset)) : 1;
}

/** Who does this, for people who read it later. */
export const doneBy = (): string => `${userInfo().username}@${hostname()}`;

/** A folder for temporary files, made where it is missing. @default one of this user's own below the system's */
export async function stagingFolder(given: string | undefined): Promise<string> {
  const folder = given ?? join(tmpdir(), `secondsite-${userInfo().uid}`);
  try {
    // Passable: a server that root verifies with runs as somebody else. Each run has a private folder in it.
    await makeFolder(folder, 0o711);
  } catch (cause) {
    throw new EngineError(`${folder} cannot be made: ${(cause as Error).message}`, 2, "--staging <folder>", {
      cause,
    });
  }
  return folder;
}

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
